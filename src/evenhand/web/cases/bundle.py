"""The bundle of a case: what the record holds of it, handed out as files that anybody can check offline.

Order: read (each reading logged) → write the payload beside its place → one unit of work with the leaf
`evidence.exported`, which commits to the payload's list of files → a checkpoint that covers it → proofs → our own check
→ rename. Until the rename nothing lies where it was asked for.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from evenhand.bundle import About, Bag, Item, Object, Seal, check_bundle, write_payload, write_tags, write_zip
from evenhand.bundle import Reading as ReadBy
from evenhand.bundle.content import DOCUMENT
from evenhand.bundle.redaction import Redaction
from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.ledger.errors import AppendRefused
from evenhand.ledger.store import Checkpoint
from evenhand.web.cases.bundle_files import copies_of, left_out, object_of, record_copies
from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import key_file, keyring_lines, make_checkpoint
from evenhand.web.record.documents import instant
from evenhand.web.record.handing_out import HandedOut, open_records
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.openings import open_commitment
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.readings import readings_of
from evenhand.web.record.unit import recording

PURPOSE: Final = "export a bundle"
_TRIES: Final = 20
_BETWEEN: Final = timedelta(seconds=0.25)
_PROTECTED: Final = Redaction("protected identity", None, "submission.received", "sent")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was handed out: where it lies, its id, how many entries, how many fields stayed closed, what was refused."""

    path: Path
    id: str
    items: int
    withheld: int
    index: int
    size: int
    refused: tuple[str, ...]


def export_bundle(
    *, case: Case, to: Path, actor: ActorId, ctx: Context, redact: Sequence[Redaction] = (), zipped: bool = False
) -> Exported:
    """Write the bundle of a case to a path that does not exist yet, and return what it holds.

    `redact`: fields that stay closed; one that fits nothing is refused. What is restricted, quarantined or would name
    a protected sender is left out and listed in `refused`. Raises UsageError (path, key of the log, a rule that fits
    nothing), KeyRefused, DoesNotHold where the record itself does not hold: then nothing was handed out.
    """
    _check_place(to)
    key_file(Home.here()).read()  # refuse before anything is read: without the log's key there is no checkpoint
    keys = [KeyId(case.key), KeyId(case.submission.key)]
    acts = open_records(keys, case=case.id, actor=actor, purpose=PURPOSE, ctx=ctx)
    protected, files = _is_protected(case), list(files_of(case))
    refused = _refused(files, protected=protected)
    rules = [*redact, *([_PROTECTED] if protected else [])]
    copies = copies_of(files, protected=protected, actor=actor, ctx=ctx)
    if record_copies(copies, acts, case=case, actor=actor, ctx=ctx, purpose=PURPOSE):
        acts = open_records(keys, case=case.id, actor=actor, purpose=PURPOSE, ctx=ctx)
    _check_rules(redact, acts)
    items = [_item(act, rules, object_of(act, copies)) for act in acts]
    about = About(ctx.new_id(), f"Case {case.number}", instant(ctx.now()), _readings(keys), refused)
    with _beside(to) as folder:
        bag = Bag(folder / "bag")
        seal = _seal(bag, about, items, case=case, actor=actor, ctx=ctx)
        write_tags(bag, log_store(), seal, [item.index for item in items])
        _check_own(bag.folder, ctx)
        _put(bag.folder, to, name=f"case-{case.number}", zipped=zipped)
    withheld = sum(len(item.withheld) for item in items)
    return Exported(to, about.id, len(items), withheld, seal.index, seal.checkpoint.size, refused)


def _item(act: HandedOut, rules: Iterable[Redaction], file: Object | None) -> Item:
    fields = [opening.field for opening in act.openings]
    closed = {field for field in fields if any(rule.fits(act.seq, act.type, field) for rule in rules)}
    words = f"recorded at {act.at}; unchanged since"
    document = Object(DOCUMENT, act.document, "application/json", "document.json", words)
    return Item(
        index=act.seq, entry=act.entry, wording=words, withheld=tuple(sorted(closed)),
        opened=tuple(opening for opening in act.openings if opening.field not in closed),
        objects=tuple(each for each in (document, file) if each is not None and each.field not in closed),
    )  # fmt: skip


def _check_rules(rules: Sequence[Redaction], acts: Sequence[HandedOut]) -> None:
    """Refuse a rule that fits nothing: what somebody meant to close would stay open."""
    for rule in rules:
        if not any(rule.fits(act.seq, act.type, opening.field) for act in acts for opening in act.openings):
            mend = "Look at data/items.jsonl of a bundle without it."
            raise UsageError(f"nothing of this case is called {rule.text!r}", where="--redact", mend=mend)


def _is_protected(case: Case) -> bool:
    return Party.objects.filter(case=case, protected_identity=True).exclude(side="respondent").exists()


def _refused(files: Sequence[Upload], *, protected: bool) -> tuple[str, ...]:
    """Return what is not handed out, and why, in words for whoever gets the bundle."""
    words = ["What the sender wrote: who they are is protected in this case."] if protected else []
    return (*left_out(files, protected=protected), *words)


def _readings(keys: Sequence[KeyId]) -> tuple[ReadBy, ...]:
    rows = readings_of(keys)
    return tuple(ReadBy(row.actor, row.purpose, instant(row.first), instant(row.last), row.texts) for row in rows)


def _seal(bag: Bag, about: About, items: Sequence[Item], *, case: Case, actor: ActorId, ctx: Context) -> Seal:
    """Write the payload, record the export, and return its seal with a checkpoint that covers it."""
    lines = write_payload(bag, about, items)
    info = {"Bagging-Date": about.at[:10], "External-Identifier": about.id}
    manifest = sha256(bag.close_payload(info)).digest()
    earlier = latest_checkpoint()
    body = {
        "items": [line["index"] for line in lines],
        "withheld": {str(line["index"]): line["withheld"] for line in lines if line["withheld"]},
        "left_out": len(about.left_out),
    }
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        r.add(
            type="evidence.exported", key=KeyId(case.key), case=case.id, obj=about.id, body=body,
            commitments={"manifest": manifest},
        )  # fmt: skip
    index = r.acknowledged[-1].index
    opening = open_commitment(index, "manifest", actor=actor, purpose=PURPOSE, ctx=ctx)
    keyring = tuple(keyring_lines(Home.here()))
    return Seal(index, opening, _checkpoint(ctx), keyring, earlier)


def _checkpoint(ctx: Context, wait: Callable[[float], None] = time.sleep) -> Checkpoint:
    """Return a fresh checkpoint; while the worker signs its own, wait for it."""
    for _ in range(_TRIES - 1):
        try:
            return make_checkpoint(ctx)
        except AppendRefused:
            wait(_BETWEEN.total_seconds())
    return make_checkpoint(ctx)


def _check_own(folder: Path, ctx: Context) -> None:
    """Hand nothing out that would not verify."""
    report = check_bundle(folder, now=int(ctx.now().timestamp()))
    if report.verdict is not Verdict.VERIFIED:
        worst = next(finding for finding in report.findings if finding.verdict is report.verdict)
        words = f"the bundle does not verify ({worst.reason}: {worst.words}); nothing was handed out"
        raise DoesNotHold(words, where=worst.place, mend="Run: evenhand ledger verify.")


def _check_place(to: Path) -> None:
    if to.exists() or to.is_symlink():
        raise UsageError("there is something already", where=str(to), mend="Name a path that does not exist yet.")
    if not to.parent.is_dir():
        raise UsageError("the folder is not there", where=str(to.parent), mend="Make it, or name another.")


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """Give a private folder beside a path, and remove it at the end with whatever was left in it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(bag: Path, to: Path, *, name: str, zipped: bool) -> None:
    """Move the finished bundle to its place, readable by its owner alone."""
    if zipped:
        archive = bag.with_name("bag.zip")
        write_zip(bag, archive, name)
        archive.chmod(0o600)
        archive.rename(to)
    else:
        bag.chmod(0o700)
        bag.rename(to)
