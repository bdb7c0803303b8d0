"""What signed checkpoints vouch for: each against the tree, its keys by their standing, its cosignatures.

Our own history and another copy of a note (`--against`) are judged by the same rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.ledger.checking import Finding, Verdict, failed, from_error, notice, unverifiable
from evenhand.ledger.checkpoint import CLOCK_TOLERANCE, TreeHead, open_checkpoint
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.keyring import Keyring, Status, standing_of
from evenhand.ledger.leaf import parse_time
from evenhand.ledger.notes import VerifierKey
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.store import Checkpoint, TileReader


def check_checkpoints(
    tiles: TileReader,
    size: int,
    checkpoints: Sequence[Checkpoint],
    keyring: Keyring,
    witness_keys: Sequence[VerifierKey] = (),
) -> list[Finding]:
    """Return what is wrong with signed checkpoints, and with cosignatures of known witnesses, against a tree.

    No checkpoint at all is `unverifiable/no_checkpoint`: a consistent rewrite would not show. What a revoked key
    signed past its last size stays in the history; it fails only where no later checkpoint by a key that was not
    revoked covers it.
    """
    if not checkpoints:
        words = "no signed checkpoint is here: a consistent rewrite of the whole log would not show"
        return [unverifiable(Reason.NO_CHECKPOINT, "ledger_checkpoint", words)]
    vouched = vouched_size(tiles, size, checkpoints, keyring)
    findings = []
    for checkpoint in checkpoints:
        found = _check_row(tiles, size, checkpoint, keyring, vouched)
        findings += found
        if not found and checkpoint.cosignatures:
            findings += _check_cosigned(checkpoint, keyring, witness_keys)
    return findings


def vouched_size(tiles: TileReader, size: int, checkpoints: Sequence[Checkpoint], keyring: Keyring) -> int:
    """Return the largest size for which a checkpoint by a key that was not revoked vouches; 0 for none."""
    vouched = 0
    for checkpoint in checkpoints:
        try:
            opened = open_checkpoint(checkpoint.note, list(keyring))
            counts = standing_of(opened, keyring) is not Status.REVOKED
            if counts and opened.head.size <= size and root_from_tiles(tiles, opened.head.size) == opened.head.root:
                vouched = max(vouched, opened.head.size)
        except (Contradiction, Missing):
            continue  # named where each checkpoint is checked
    return vouched


def check_note(
    tiles: TileReader, size: int, note: bytes, keyring: Keyring, place: str, *, vouched: int = 0
) -> list[Finding]:
    """Return what is wrong with a signed note against a tree of `size` leaves; a remark where its key has a successor.

    A larger tree than ours is `rollback_detected`; another root for its size is `fork_detected`. `vouched`: the size
    up to which a key that was not revoked vouches for this tree.
    """
    try:
        opened = open_checkpoint(note, list(keyring))
        standing = standing_of(opened, keyring)
        if found := _contradicts(tiles, size, opened.head, place):
            return [found]
    except (Contradiction, Missing) as error:
        return [from_error(error, place)]
    if standing is Status.REVOKED and opened.head.size > vouched:
        words = "only a key that was revoked since signed this; it counts with a later checkpoint or a witness"
        return [unverifiable(Reason.REVOKED_KEY_ALONE, place, words)]
    if standing is Status.RETIRED:
        return [Finding(Verdict.VERIFIED, Reason.SUPERSEDED, place, "the key that signed has a successor by now")]
    return []


def check_published(
    tiles: TileReader,
    size: int,
    note: bytes,
    keyring: Keyring,
    place: str,
    *,
    vouched: int,
    witness_keys: Sequence[VerifierKey] = (),
) -> list[Finding]:
    """Return what is wrong with a checkpoint that this log gave out itself, its cosignatures too, against a tree.

    Judged as our own history is: that a key was replaced since is no finding.
    """
    found = _check_own(tiles, size, note, keyring, place, vouched=vouched)
    if not found:
        try:
            open_checkpoint(note, list(keyring), witness_keys)
        except Contradiction as error:
            found = [from_error(error, place)]
    return found


def _contradicts(tiles: TileReader, size: int, said: TreeHead, place: str) -> Finding | None:
    if said.size > size:
        words = f"it is signed over {said.size} leaves, but the log holds {size}"
        return failed(Reason.ROLLBACK_DETECTED, place, words)
    if root_from_tiles(tiles, said.size) != said.root:
        words = f"it is signed over another tree of {said.size} leaves than the log holds"
        return failed(Reason.FORK_DETECTED, place, words)
    return None


def _check_row(tiles: TileReader, size: int, checkpoint: Checkpoint, keyring: Keyring, vouched: int) -> list[Finding]:
    """Return what is wrong with one row of our own history; that a key was replaced since is no finding here."""
    place = f"ledger_checkpoint size {checkpoint.size}"
    found = _check_own(tiles, size, checkpoint.note, keyring, place, vouched=vouched)
    if not found and open_checkpoint(checkpoint.note, list(keyring)).head.size != checkpoint.size:
        found.append(from_error(Malformed("the note speaks of another size than its row"), place))
    return found


def _check_own(
    tiles: TileReader, size: int, note: bytes, keyring: Keyring, place: str, *, vouched: int
) -> list[Finding]:
    """Return what is wrong with one note of our own history."""
    found = check_note(tiles, size, note, keyring, place, vouched=vouched)
    if [each.reason for each in found] == [Reason.AFTER_REVOCATION]:
        said = open_checkpoint(note, list(keyring)).head
        if said.size <= vouched:
            contradiction = _contradicts(tiles, size, said, place)
            words = "signed by a key that was revoked at a smaller size; a later checkpoint vouches for this tree"
            found = [contradiction] if contradiction else [notice(place, words)]
    return [each for each in found if each.reason is not Reason.SUPERSEDED]


def _check_cosigned(checkpoint: Checkpoint, keyring: Keyring, witness_keys: Sequence[VerifierKey]) -> list[Finding]:
    place = f"ledger_cosignature size {checkpoint.size}"
    try:
        opened = open_checkpoint(checkpoint.published, list(keyring), witness_keys)
        made = parse_time(checkpoint.made_at).timestamp()
    except Contradiction as error:
        return [from_error(error, place)]
    return [
        notice(place, f"{key.name} dates it over 5 minutes before we say that it was made: a clock was wrong")
        for key, time in opened.cosigners.items()
        if time < made - CLOCK_TOLERANCE
    ]
