"""The log's own keys over their life: the recovery key, a rotation, a revocation; and what the leaves say of them.

`keyring.json` is written from the leaves `key.*` and from nothing else. Each command can be cut off anywhere and run
again: what is done is found done. One process signs at a time, and a change of key holds that lock throughout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import SYSTEM as SYSTEM_ACTOR
from evenhand.ledger.checking import Finding, failed, from_error
from evenhand.ledger.draft import Draft
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.files import only_signer, write_durably
from evenhand.ledger.keyring import KeyLine, RecordedKeys, Status, fold_keys, recovery_name
from evenhand.ledger.notes import Signer, VerifierKey, parse_trusted_vkey
from evenhand.ledger.revocation import Revocation, check_revocations, sign_revocation
from evenhand.ledger.signing import KeyFile, sign_head
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import key_file, key_states, keyring_lines, make_checkpoint, write_keyring
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.queries import key_leaves, latest_checkpoint
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of key: the one that no longer signs, its last size, the one that does now."""

    old: VerifierKey
    last: int
    new: VerifierKey


def add_recovery_key(ctx: Context) -> Signer:
    """Make the recovery key of this log, record its public half, and return it: to be kept offline by the caller.

    Nothing here keeps the private half. Raises UsageError where the log has one.
    """
    home = Home.here()
    file = key_file(home)
    if recovery_key(home) is not None or recorded_keys().recovery is not None:
        raise UsageError("this log has a recovery key already", where=str(_recovery_path(home)))
    recovery = Signer.generate(recovery_name(file.read().name), ctx)
    _append(ctx, Draft(type="key.added", actor=SYSTEM_ACTOR, vkey=str(recovery.verifier), why="initial"))
    write_durably(_recovery_path(home), f"{recovery.verifier}\n".encode(), mode=0o600)
    make_checkpoint(ctx)
    return recovery


def rotate_key(ctx: Context) -> Changed:
    """Exchange the log key for a new one: both sign the checkpoint that covers the new one, then only the new one.

    The old private key is gone afterwards. Cut off anywhere, it is run again. Raises SignerBusy while a checkpoint is
    being signed, Contradiction where nothing may be signed.
    """
    home = Home.here()
    file = key_file(home)
    with only_signer(file.lock):
        old = file.read().verifier
        new = _next(file, old.name, ctx)
        _append(ctx, *_added(new))
        with transaction.atomic():
            last = sign_head(DjangoStore(connection), file, ctx, key_states(home)).size
        line = _line(old)
        if line is not None and line.status is Status.ACTIVE:
            _append(ctx, Draft(type="key.retired", actor=SYSTEM_ACTOR, vkey=str(old), last=last, why="rotation"))
        _take_over(home, file)
    make_checkpoint(ctx)
    return _changed(old, new)


def revoke_key(*, vkey: str, why: str, last: int | None, recovery: Signer | None, ctx: Context) -> Changed:
    """Declare the log key `vkey` stolen or lost: it counts up to the tree of `last` leaves, a new one signs from then.

    `last`: the last size that is trusted (default: the newest checkpoint). `recovery`: the recovery key, needed where
    the log has one. Raises UsageError where something does not fit, before anything is changed. Can be run again.
    """
    home, old = Home.here(), _parsed(vkey)
    file = key_file(home)
    with only_signer(file.lock):
        line, begun = _line(old), file.next.path.exists()
        if line is None or not (line.status is Status.ACTIVE or (line.status is Status.REVOKED and begun)):
            raise UsageError(
                "this key does not sign now", where=vkey[:60], mend="/ledger/keyring shows which one does."
            )
        if line.status is Status.ACTIVE:
            last = _last_trusted(last)
            _check_recovery(home, recovery)
        new = _next(file, old.name, ctx)
        if line.status is Status.ACTIVE and last is not None:
            if recovery is not None:
                said = Revocation(old.name, old, last, new.verifier)
                write_durably(_note_path(home, old), sign_revocation(said, recovery))
            leaves = [Draft(type="key.revoked", actor=SYSTEM_ACTOR, vkey=str(old), last=last, why=why)]
            _append(ctx, *leaves, *_added(new))
        _take_over(home, file)
    make_checkpoint(ctx)
    return _changed(old, new)


def recorded_keys() -> RecordedKeys:
    """Return what the leaves say of the log's keys. Raises Malformed where they contradict themselves."""
    return fold_keys(key_leaves())


def recovery_key(home: Home) -> VerifierKey | None:
    """Return the public recovery key that was written down beside the log key, or None."""
    path = _recovery_path(home)
    return parse_trusted_vkey(path.read_text("utf-8").strip()) if path.exists() else None


def revocation_notes(home: Home) -> list[bytes]:
    """Return the notes by which the recovery key revoked keys of this log."""
    return [path.read_bytes() for path in sorted(home.log_key.parent.glob("revocation-*.note"))]


def key_findings(home: Home) -> list[Finding]:
    """Return where keyring, recovery key and revocations are not what the leaves say; silent where no file is here."""
    try:
        return list(_key_findings(home))
    except (Contradiction, OSError, UnicodeDecodeError) as error:
        place = str(home.log_key.parent)
        return [from_error(error if isinstance(error, Contradiction) else Malformed(str(error)), place)]


def _key_findings(home: Home) -> Iterator[Finding]:
    recorded, lines, recovery = recorded_keys(), keyring_lines(home), recovery_key(home)
    if not lines:
        return
    if lines != [line.as_json() for line in recorded.lines]:
        words = "it does not say what the leaves say of the log's keys"
        yield failed(Reason.PROJECTION_MISMATCH, "keyring.json", words)
    if recovery != recorded.recovery:
        words = "it is not the recovery key that the leaves name"
        yield failed(Reason.PROJECTION_MISMATCH, _recovery_path(home).name, words)
    if recovery is not None:
        check_revocations(key_states(home), recovery, revocation_notes(home))


def _append(ctx: Context, *leaves: Draft) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose="keys of the log") as r:
        for leaf in leaves:
            r.add_bare(leaf)


def _next(file: KeyFile, origin: str, ctx: Context) -> Signer:
    """Return the key that takes over, made durably before anything speaks of it."""
    return file.next.read() if file.next.path.exists() else file.next.create(origin, ctx)


def _added(new: Signer) -> list[Draft]:
    """Return the leaf that adds a key, or nothing where it was added before a cut."""
    if _line(new.verifier) is not None:
        return []
    return [Draft(type="key.added", actor=SYSTEM_ACTOR, vkey=str(new.verifier), why="rotation")]


def _take_over(home: Home, file: KeyFile) -> None:
    """Write the keyring from the leaves, then put the new key in the old one's place."""
    write_keyring(home, [line.as_json() for line in recorded_keys().lines])
    file.take_over()


def _line(key: VerifierKey) -> KeyLine | None:
    return next((line for line in recorded_keys().lines if line.vkey == str(key)), None)


def _changed(old: VerifierKey, new: Signer) -> Changed:
    line = _line(old)
    return Changed(old, line.last_size or 0 if line else 0, new.verifier)


def _parsed(vkey: str) -> VerifierKey:
    try:
        return parse_trusted_vkey(vkey.strip())
    except Malformed as error:
        raise UsageError(error.what, where=vkey[:60], mend="/ledger/keyring shows the keys.") from None


def _last_trusted(last: int | None) -> int:
    newest = latest_checkpoint()
    most = newest.size if newest else 0
    if last is not None and not 0 <= last <= most:
        raise UsageError(f"the last trusted size is a number from 0 to {most}, the newest checkpoint's")
    return most if last is None else last


def _check_recovery(home: Home, recovery: Signer | None) -> None:
    known = recovery_key(home) or recorded_keys().recovery
    if known is None and recovery is None:
        return
    if known is None or recovery is None or recovery.verifier != known:
        words = "this log has no recovery key" if known is None else "a key of this log is revoked by its recovery key"
        raise UsageError(words, mend="Bring the file that `evenhand ledger init` wrote: --recovery-key FILE.")


def _recovery_path(home: Home) -> Path:
    return home.log_key.with_name("recovery.vkey")


def _note_path(home: Home, key: VerifierKey) -> Path:
    return home.log_key.with_name(f"revocation-{key.key_id.hex()}.note")
