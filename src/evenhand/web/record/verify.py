"""`verify` (quick) and `audit` (full): is the record what it was, and do the tables say what the record says?

A changed row, document or leaf is named. Without the key service the documents are `unverifiable/no_key`; without a
signed checkpoint the result is `unverifiable/no_checkpoint`: a consistent rewrite of everything would not show.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError, connection

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checking import (
    QUICK_CHECKPOINTS,
    Finding,
    Verdict,
    check_log,
    failed,
    from_error,
    notice,
    unverifiable,
    worst,
)
from evenhand.ledger.draft import SYSTEM as SYSTEM_ACTOR
from evenhand.ledger.draft import Draft
from evenhand.ledger.errors import AppendRefused, Contradiction, Malformed, Missing, Reason
from evenhand.ledger.files import write_durably
from evenhand.ledger.forks import prove_fork
from evenhand.ledger.keyring import Keyring
from evenhand.ledger.notes import parse_note
from evenhand.ledger.store import Checkpoint
from evenhand.ledger.vouching import check_checkpoints, check_note, vouched_size
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import key_file, key_states
from evenhand.web.record.checks.counts import Counts
from evenhand.web.record.checks.documents import Keys, check_documents, orphans
from evenhand.web.record.checks.exported import check_export_folder, check_exported_note
from evenhand.web.record.checks.high_water import check_file, is_missing
from evenhand.web.record.checks.names import Names
from evenhand.web.record.checks.openings import Openings
from evenhand.web.record.checks.reads import check_chain, check_window
from evenhand.web.record.checks.snapshot import snapshot
from evenhand.web.record.checks.strays import strays
from evenhand.web.record.checks.texts import Texts
from evenhand.web.record.checks.types import check_types
from evenhand.web.record.documents import instant
from evenhand.web.record.guards import trigger_findings
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.keys import NoKeyService, is_running
from evenhand.web.record.log_keys import key_findings
from evenhand.web.record.projections import Folding
from evenhand.web.record.reads import ACCESSED, READ
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording
from evenhand.web.record.witnesses import all_witness_keys, witness_findings


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a verification: when, of how many leaves and documents, and what was found."""

    kind: str  # "verify" or "audit"
    at: str
    size: int
    documents: int
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst finding's verdict; `verified` where nothing was found."""
        return worst(self.findings)

    @property
    def exit_code(self) -> int:
        """0 verified, 1 failed, 4 unverifiable."""
        return self.verdict.exit_code

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON."""
        return {
            "kind": self.kind, "at": self.at, "verdict": self.verdict.value, "size": self.size,
            "documents": self.documents, "findings": [finding.as_json() for finding in self.findings],
        }  # fmt: skip


Thorough = Callable[[Context], Sequence[Finding]]
_THOROUGH: Final[list[Thorough]] = []
_NOT_CONTINUED: Final = frozenset({Reason.MALFORMED, Reason.ROLLBACK_DETECTED})


def register_audited(check: Thorough) -> None:
    """Register what a full check looks at beside the record, outside its snapshot; call it in `ready()`."""
    _THOROUGH.append(check)


def verify(ctx: Context, against: Path | None = None) -> Report:
    """Return the quick check: every row of the record and of the projections, the last 10 checkpoints, triggers.

    `against`: a file with another copy of a checkpoint of this log. Raises UsageError where it cannot be read.
    Cost: about 150 µs a document and 15 µs an item of a batch; readers and writers go on meanwhile.
    """
    return _report("verify", ctx, against)


def audit(ctx: Context) -> Report:
    """Return the full check (all checkpoints and stored files as well), and write the leaf `log.audited`.

    Nothing is written to what cannot be read, nor to an older database than was signed: the
    missing leaves could no longer be brought back.
    """
    beside = [] if wrongly_typed() else [finding for check in _THOROUGH for finding in check(ctx)]
    report = _report("audit", ctx, None, beside)
    if any(finding.reason in _NOT_CONTINUED for finding in report.findings):
        return report
    # On a torn log nothing may be appended; the report says why.
    with contextlib.suppress(AppendRefused), recording(actor=SYSTEM, ctx=ctx, purpose="audit") as r:
        r.add_bare(Draft(type="log.audited", actor=SYSTEM_ACTOR))
    return report


def last_check(home: Home) -> dict[str, Any] | None:
    """Return the last report of this installation as JSON, or None: pages then say "could not verify"."""
    try:
        found = json.loads(_last_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def wrongly_typed() -> bool:
    """Return whether a value is of the wrong kind, so that tables cannot be read: the report names it."""
    try:
        return bool(check_types(connection))
    except (DatabaseError, ValueError, TypeError, OverflowError):
        return True


def _report(kind: str, ctx: Context, against: Path | None, beside: Sequence[Finding] = ()) -> Report:
    home = Home.here()
    content = _Content(ctx, thorough=kind == "audit")
    size = 0
    try:
        with snapshot(connection):
            findings = _trigger_findings()
            # A value of the wrong kind cannot even be read: it is named, and the rest waits until it is mended.
            if wrong := check_types(connection):
                findings += wrong
            else:
                size = DjangoStore(connection).head().size
                findings += _all_findings(home, content, against)
    except (DatabaseError, ValueError, TypeError, OverflowError) as error:
        # A value that no check foresaw and Python cannot hold is somebody's doing too: never a traceback.
        findings = [failed(Reason.MALFORMED, "desk database", f"it cannot be read: {error}")]
    report = Report(kind, instant(ctx.now()), size, content.documents, (*findings, *beside))
    write_durably(_last_path(home), json.dumps(report.as_json()).encode())
    return report


def _all_findings(home: Home, content: _Content, against: Path | None) -> list[Finding]:
    store = DjangoStore(connection)
    findings = check_log(store)
    try:
        keys = key_states(home)
    except Malformed as error:
        findings.append(from_error(error))  # no signature can be checked without it
    else:
        findings += _signed_findings(home, content, store, keys)
        findings += _against(home, store, against, keys)
    return [*findings, *witness_findings(home), *strays(), *content.findings(home)]


def _signed_findings(home: Home, content: _Content, store: DjangoStore, keys: Keyring) -> list[Finding]:
    """Return what is wrong with what was signed: checkpoints, high-water file, keys, the exported log."""
    notes, witnesses = store.checkpoints(last=None if content.thorough else QUICK_CHECKPOINTS), all_witness_keys()
    findings = check_checkpoints(store, store.head().size, notes, keys, witnesses)
    findings += check_file(store, key_file(home), notes)
    findings += key_findings(home)
    if content.thorough:
        findings += check_export_folder(store, home.log_export, notes, keys, witnesses=witnesses, ctx=content.ctx)
    elif is_missing(key_file(home)):  # what was exported then says it in its place
        findings += check_exported_note(store, home.log_export, notes, keys, witnesses=witnesses)
    return findings


def _trigger_findings() -> list[Finding]:
    found = trigger_findings(connection)
    return [failed(Reason.TRIGGERS_CHANGED, f"trigger {name}", words) for name, words in found]


def _against(home: Home, store: DjangoStore, path: Path | None, keys: Keyring) -> list[Finding]:
    if path is None:
        return []
    try:
        note = path.read_bytes()
        parse_note(note)
    except (OSError, Malformed) as error:
        raise UsageError(
            "this is no checkpoint that can be read", where=str(path), mend="Name a file with one signed checkpoint."
        ) from error
    size, ours = store.head().size, store.checkpoints()
    vouched = vouched_size(store, size, ours[-QUICK_CHECKPOINTS:], keys)
    found = check_note(store, size, note, keys, str(path), vouched=vouched)
    if any(finding.reason is Reason.FORK_DETECTED for finding in found):
        found += _kept_fork(home, store, note, keys, ours)
    return found


def _kept_fork(home: Home, store: DjangoStore, note: bytes, keys: Keyring, ours: Sequence[Checkpoint]) -> list[Finding]:
    """Write the proof that two contradicting trees were signed, and return where it lies; nothing where none can be."""
    for checkpoint in ours:
        with contextlib.suppress(Contradiction, Missing):
            if fork := prove_fork(store, checkpoint, note, list(keys)):
                path = home.root / "forks" / f"{sha256(fork.encode()).hexdigest()[:16]}.fork"
                write_durably(path, fork.encode())
                return [notice(str(path), "the proof that two logs were signed: anybody can check it, keep it safe")]
    return []


class _Content:
    """What only the key service makes readable: documents, and through them every projected row."""

    def __init__(self, ctx: Context, *, thorough: bool) -> None:
        self.documents = 0
        self.ctx, self.thorough = ctx, thorough
        self._keys = Keys("audit" if thorough else "verify")

    def findings(self, home: Home) -> Iterator[Finding]:
        """Yield what is wrong; one `no_key` finding where no key service answers."""
        yield from check_chain(self.ctx)
        yield from orphans()
        if not is_running(home):
            yield _no_key()
            return
        try:
            yield from self._opened()
        except NoKeyService:
            yield _no_key()

    def _opened(self) -> Iterator[Finding]:
        folding, texts, names, openings = Folding(), Texts(), Names(self._keys), Openings(self._keys)
        counts = Counts()
        complete = True
        for checked in check_documents(self._keys):
            yield from checked.findings
            yield from openings.findings(checked.row)
            names.take(checked)
            counts.take(checked)
            if checked.document is None:
                complete = complete and all(each.verdict is Verdict.VERIFIED for each in checked.findings)
                continue
            self.documents += 1
            folding.take(checked.document)
            texts.take(checked.document)
            if checked.document.type in (READ, ACCESSED):
                yield from check_window(checked, self._keys)
        yield from texts.findings(self._keys, complete=complete)
        yield from names.findings(complete=complete)
        yield from counts.findings(complete=complete)
        yield from _projected(folding, complete=complete)


def _projected(folding: Folding, *, complete: bool) -> Iterator[Finding]:
    for difference in folding.differences():
        at_leaf = "" if difference.seq is None else f" seq {difference.seq}"
        words = difference.words if complete else f"{difference.words} (some documents could not be read)"
        yield failed(Reason.PROJECTION_MISMATCH, f"{difference.table} id {difference.key}{at_leaf}", words)


def _no_key() -> Finding:
    words = "the key service does not answer: documents and tables were not compared"
    return unverifiable(Reason.NO_KEY, "record", words)


def _last_path(home: Home) -> Path:
    return home.root / "last-check.json"
