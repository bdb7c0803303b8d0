"""After a restore that would fork the log: bring the missing leaves back from an export, or go on under a new name.

Both ways are recorded, and neither forgets what was signed: the first ends with the tree that was signed, the second
names the last old checkpoint in its first leaf.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from django.db import connection, transaction

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger import SYSTEM as SYSTEM_ACTOR
from evenhand.ledger.append import append_encoded
from evenhand.ledger.checking import Verdict, check_entries, worst
from evenhand.ledger.checkpoint import OpenedCheckpoint, TreeHead, open_checkpoint, parse_tree_head
from evenhand.ledger.draft import Draft
from evenhand.ledger.errors import Contradiction, Malformed, Missing, Reason
from evenhand.ledger.export import CHECKPOINT, ExportedLog, read_limited, read_tree_head
from evenhand.ledger.files import only_signer, sync_directory, write_durably
from evenhand.ledger.keyring import standing_of
from evenhand.ledger.leaf import format_time
from evenhand.ledger.notes import MAX_NOTE, Note, Signer, parse_note, parse_vkey
from evenhand.ledger.proofs import root_from_tiles
from evenhand.ledger.signing import KeyFile, read_high_water
from evenhand.ledger.store import Checkpoint, MemoryStore
from evenhand.ledger.tree import root_of
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import key_file, key_states, make_checkpoint, write_keyring
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.log_keys import recorded_keys
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording


def import_missing(folder: Path, ctx: Context) -> int:
    """Append the leaves that an export has and the database lacks; return how many there were. Nothing is half done.

    The export is verified first: its leaves against its signed checkpoint, that against this log's keys, what the
    database holds against both. Only leaves come back; the documents behind them are gone if no backup has them, and
    `verify` names each. Raises UsageError (not an export), Contradiction (it is of another tree, or damaged).
    """
    home = Home.here()
    exported, opened = _opened(folder, home)
    tree = _tree_of(exported, opened.head)
    store = DjangoStore(connection)
    head = store.head()
    _check_begins(store, tree, folder)
    if head.size >= exported.size:
        raise UsageError("the export holds nothing that the database lacks", where=str(folder))
    _check_ends(opened.head, folder)
    missing = [entry.data for entry in exported.entries(head.size, exported.size)]
    note = Note(opened.note.text, tuple(line for line in opened.note.signatures if _by_log(opened, line.key_id)))
    with transaction.atomic():
        append_encoded(store, missing)
        store.add_checkpoint(Checkpoint(exported.size, note.encode(), format_time(ctx.now())))
    with recording(actor=SYSTEM, ctx=ctx, purpose="recover the log") as r:
        r.add_bare(Draft(type="log.restored", actor=SYSTEM_ACTOR))
    make_checkpoint(ctx)
    return len(missing)


def start_new_origin(origin: str, ctx: Context, last_note: bytes | None = None) -> TreeHead:
    """Go on under a new name, over the leaves that are there, and return what the old log had signed last.

    `last_note`: the last old checkpoint, if it is known; of it, the export's and the database's the largest counts. The
    first leaf of the new name is `log.started` with its SHA-256. The old key counts up to what it signed, and the old
    export is set aside. Can be run again. Raises UsageError for a log that lost nothing and for what is no checkpoint,
    Contradiction for a checkpoint that the old log's key did not sign.
    """
    home = Home.here()
    file = key_file(home)
    with only_signer(file.lock):
        old = _signed_last(file)
        if old.origin == origin:
            raise UsageError("the log has this name already", where=origin, mend="Choose another name, never used.")
        if not _is_begun(file, origin):
            note, old = _lost_end(home, old, last_note)
            signer = file.next.read() if file.next.path.exists() else file.next.create(origin, ctx)
            _append_start(file.read(), signer, old, note, ctx)
        write_keyring(home, [line.as_json() for line in recorded_keys().lines])
        _set_aside(home, origin, old.size)
        store = DjangoStore(connection)
        head = TreeHead(origin, store.head().size, root_of(store.head()))
        write_durably(home.log_key.with_name(f"old-{old.size}.high-water"), old.text().encode(), mode=0o600)
        write_durably(file.high_water, head.text().encode(), mode=0o600)
        file.take_over()
    make_checkpoint(ctx)
    return old


def _is_begun(file: KeyFile, origin: str) -> bool:
    """Return whether a start that was cut off has its leaves already; UsageError for a name it cannot go on under."""
    recorded = [line.vkey for line in recorded_keys().lines]
    if not file.next.path.exists():
        if any(parse_vkey(vkey).name == origin for vkey in recorded):
            raise UsageError("the log had this name before", where=origin, mend="Choose another name, never used.")
        return False
    signer = file.next.read()
    if signer.name != origin:
        words = f"a change to a key of the name {signer.name} was begun and not ended"
        mend = "Run it again with that name; or move this file away first."
        raise UsageError(words, where=str(file.next.path), mend=mend)
    return str(signer.verifier) in recorded


def _opened(folder: Path, home: Home) -> tuple[ExportedLog, OpenedCheckpoint]:
    try:
        exported, note = ExportedLog.open(folder), read_limited(folder / CHECKPOINT, MAX_NOTE)
    except (OSError, Malformed) as error:
        words = f"this is not an export of a log ({error})"
        raise UsageError(words, where=str(folder), mend="Name the folder that holds `checkpoint`.") from None
    keys = key_states(home)
    opened = open_checkpoint(note, list(keys))
    standing_of(opened, keys)
    return exported, opened


def _tree_of(exported: ExportedLog, head: TreeHead) -> MemoryStore:
    """Return the tree that the exported leaves make, if it is the one that was signed."""
    findings, tree = check_entries(exported, exported.size)
    if tree is None or worst(findings) is not Verdict.VERIFIED:
        first = next(finding for finding in findings if finding.verdict is not Verdict.VERIFIED)
        raise Contradiction(first.reason or Reason.ENTRY_MISMATCH, f"{first.place}: {first.words}", where=CHECKPOINT)
    if root_of(tree.head()) != head.root:
        raise Contradiction(
            Reason.ROOT_MISMATCH, "the exported leaves are not those that were signed", where=CHECKPOINT
        )
    return tree


def _check_begins(store: DjangoStore, tree: MemoryStore, folder: Path) -> None:
    """Return if the export and the database hold the same leaves, as far as both go."""
    shared = min(store.head().size, tree.head().size)
    if root_from_tiles(tree, shared) != root_from_tiles(store, shared):
        raise Contradiction(
            Reason.FORK_DETECTED,
            "the database holds other leaves than the export: something was written after the restore. Nothing was"
            " imported",
            where=str(folder),
            mend="Restore the backup once more and run this before anything else; or: recover --new-origin NAME.",
        )


def _check_ends(signed: TreeHead, folder: Path) -> None:
    """Return if the export ends with the last tree that was signed."""
    high = _signed_last(key_file(Home.here()))
    if high.size > signed.size:
        raise Contradiction(
            Reason.ROLLBACK_DETECTED,
            f"the export ends with {signed.size} leaves, but a tree of {high.size} was signed; nothing was imported",
            where=str(folder),
            mend="Look for a newer export; else: evenhand ledger recover --new-origin NAME.",
        )


def _by_log(opened: OpenedCheckpoint, key_id: bytes) -> bool:
    return any(key.key_id == key_id for key in opened.log_keys)


def _signed_last(file: KeyFile) -> TreeHead:
    high = read_high_water(file.high_water)
    if high is None:
        mend = (
            "Bring it back from where the log key is kept, or write the newest checkpoint's first three lines into it."
        )
        raise UsageError("the high-water file is missing", where=str(file.high_water), mend=mend)
    return high


def _append_start(old: Signer, new: Signer, last: TreeHead, note: bytes, ctx: Context) -> None:
    """Append the first leaves of the new name: one unit, so that all of them are there or none."""
    with recording(actor=SYSTEM, ctx=ctx, purpose="start the log under a new name") as r:
        r.add_bare(Draft(type="log.started", actor=SYSTEM_ACTOR, pub={"oldlog": sha256(note).digest()}))
        r.add_bare(Draft(type="key.added", actor=SYSTEM_ACTOR, vkey=str(new.verifier), why="initial"))
        r.add_bare(Draft(type="key.retired", actor=SYSTEM_ACTOR, vkey=str(old.verifier), last=last.size))


def _lost_end(home: Home, high: TreeHead, given: bytes | None) -> tuple[bytes, TreeHead]:
    """Return the last checkpoint of the old log that is at hand, and the last tree that it signed.

    Raises UsageError where the database holds that tree: nothing is lost then, and the key stays.
    """
    known = [] if given is None else [(_opened_old(given, home, high), given)]
    for note in _kept_notes(home):
        with suppress(Contradiction, Missing, UsageError):
            known.append((_opened_old(note, home, high), note))
    if not known:
        mend = "Name one with --checkpoint FILE."
        raise UsageError("no checkpoint that the key of the old log signed is here", mend=mend)
    signed, last = max(known, key=lambda each: each[0].size)
    store = DjangoStore(connection)
    if all(_holds(store, head) for head in (high, signed)):
        words = f"this log lost nothing: the database holds all {high.size} leaves that were signed"
        mend = (
            "To change its key: evenhand ledger rotate-key; if the key was stolen or lost: evenhand ledger revoke-key."
        )
        raise UsageError(words, where=high.origin, mend=mend)
    return last, max(high, signed, key=lambda head: head.size)


def _holds(store: DjangoStore, head: TreeHead) -> bool:
    return head.size <= store.head().size and root_from_tiles(store, head.size) == head.root


def _opened_old(note: bytes, home: Home, high: TreeHead) -> TreeHead:
    """Return what a checkpoint of the old log says, its signature checked by the keys of this log."""
    mend = "Name a file with the last signed checkpoint of the old log, whole, line ends included."
    try:
        said = parse_tree_head(parse_note(note).text)
    except Malformed as error:
        raise UsageError(f"this is not a signed checkpoint ({error.what})", where=CHECKPOINT, mend=mend) from None
    if said.origin != high.origin:
        raise UsageError(f"this is a checkpoint of {said.origin}, not of {high.origin}", where=CHECKPOINT, mend=mend)
    keys = key_states(home)
    opened = open_checkpoint(note, list(keys))
    standing_of(opened, keys)
    return opened.head


def _kept_notes(home: Home) -> Iterator[bytes]:
    """Yield the last checkpoints of the old log that are still here: the export's, the database's."""
    with suppress(OSError, Malformed):
        yield read_limited(home.log_export / CHECKPOINT, MAX_NOTE)
    for newest in DjangoStore(connection).checkpoints(last=1):
        yield newest.published


def _set_aside(home: Home, origin: str, size: int) -> None:
    """Keep the old log's export under another name: no file of it is overwritten, and the new log needs the folder."""
    with suppress(OSError, Malformed):
        if read_tree_head(home.log_export / CHECKPOINT).origin == origin:
            return
    aside = home.log_export.with_name(f"{home.log_export.name}-old-{size}")
    if home.log_export.exists() and not aside.exists():
        home.log_export.rename(aside)
        sync_directory(aside.parent)
