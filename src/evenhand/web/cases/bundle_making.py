"""Making one bundle from what was read: payload, seal, checkpoint, proofs, our own check, its place.

Order: write the payload beside its place → one unit of work with the leaf `evidence.exported`, which commits to the
payload's list of files → a checkpoint that covers it → proofs → our own check → rename. Until the rename nothing lies
where it was asked for.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from evenhand.age import check_recipients, encrypt_file
from evenhand.bundle import About, Bag, Item, Seal, check_bundle, write_payload, write_tags, write_zip
from evenhand.context import Context
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.ledger.errors import AppendRefused, Reason
from evenhand.ledger.store import Checkpoint
from evenhand.web.cases.models import Case
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import check_not_behind, key_file, keyring_lines, make_checkpoint
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.openings import open_commitment
from evenhand.web.record.queries import latest_checkpoint, log_store
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.unit import recording
from evenhand.web.record.witnesses import ask_if_due, enabled_witnesses

PURPOSE: Final = "export a bundle"
EXPORTED: Final = "evidence.exported"
_ERASED: Final = Reason.ERASED_LAWFULLY
_TRIES: Final = 20
_BETWEEN: Final = timedelta(seconds=0.25)


@dataclass(frozen=True, slots=True)
class Given:
    """To whom it is given and why, in the words of whoever gives it; both are sealed. `age`: for whose keys."""

    to: str = ""
    why: str = ""
    age: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a bundle goes: a path that does not exist yet, as a folder, or as one ZIP file."""

    path: Path
    zipped: bool = False


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


def check_possible(target: Target, given: Given) -> None:
    """Refuse, before anything is read, what could not be finished: for the place, the keys, an older database."""
    to = target.path
    if to.exists() or to.is_symlink():
        raise UsageError("there is something already", where=str(to), mend="Name a path that does not exist yet.")
    if not to.parent.is_dir():
        raise UsageError("the folder is not there", where=str(to.parent), mend="Make it, or name another.")
    key_file(Home.here()).read()
    check_not_behind(Home.here())
    if given.age:
        check_recipients(given.age)


def make_bundle(
    about: About,
    items: Sequence[Item],
    *,
    case: Case,
    key: KeyId,
    how: str,
    target: Target,
    given: Given,
    actor: ActorId,
    ctx: Context,
) -> Exported:
    """Record the export under `key`, write the bundle to its place and return what it holds. `how`: a word for it.

    Raises DoesNotHold where the record itself does not hold: then nothing was handed out.
    """
    with _beside(target.path) as folder:
        bag = Bag(folder / "bag")
        seal = _seal(bag, about, items, case=case, key=key, how=how, given=given, actor=actor, ctx=ctx)
        write_tags(bag, log_store(), seal, [item.index for item in items])
        _check_own(bag.folder, ctx)
        _put(bag.folder, target, name=f"case-{case.number}", age=given.age)
    withheld = sum(len(item.withheld) for item in items)
    return Exported(target.path, about.id, len(items), withheld, seal.index, seal.checkpoint.size, about.left_out)


def _seal(
    bag: Bag, about: About, items: Sequence[Item], *,
    case: Case, key: KeyId, how: str, given: Given, actor: ActorId, ctx: Context,
) -> Seal:  # fmt: skip
    """Write the payload, record the export, and return its seal with a checkpoint that covers it."""
    lines = write_payload(bag, about, items)
    info = {"Bagging-Date": about.at[:10], "External-Identifier": about.id}
    manifest = sha256(bag.close_payload(info)).digest()
    earlier = latest_checkpoint()
    body: dict[str, Any] = {
        "how": how,
        "age": bool(given.age),
        "items": [line["index"] for line in lines],
        "withheld": {str(line["index"]): line["withheld"] for line in lines if line["withheld"]},
        "left_out": len(about.left_out),
    }
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        for name, text in (("to", given.to), ("why", given.why)):
            body[name] = seal_text(r, key=key, field=f"export.{name}", text=text) if text else None
        r.add(type=EXPORTED, key=key, case=case.id, obj=about.id, body=body, commitments={"manifest": manifest})
    index = r.acknowledged[-1].index
    opening = open_commitment(index, "manifest", actor=actor, purpose=PURPOSE, ctx=ctx)
    keyring, made = tuple(keyring_lines(Home.here())), _checkpoint(ctx)
    ask_if_due(ctx)  # the witnesses that are asked, if any: their lines go along; it never fails
    newest = latest_checkpoint()
    checkpoint = newest if newest is not None and newest.size == made.size else made
    return Seal(index, opening, checkpoint, keyring, earlier, tuple(enabled_witnesses()))


def _checkpoint(ctx: Context, wait: Callable[[float], None] = time.sleep) -> Checkpoint:
    """Return a fresh checkpoint; while the worker signs its own, wait for it."""
    for _ in range(_TRIES - 1):
        try:
            return make_checkpoint(ctx)
        except AppendRefused:
            wait(_BETWEEN.total_seconds())
    return make_checkpoint(ctx)


def _check_own(folder: Path, ctx: Context) -> None:
    """Hand nothing out that would not verify; what was erased lawfully is no reason to keep the rest back."""
    report = check_bundle(folder, now=int(ctx.now().timestamp()))
    wrong = [each for each in report.findings if each.verdict is not Verdict.VERIFIED and each.reason is not _ERASED]
    if wrong:
        worst = max(wrong, key=lambda each: each.verdict is Verdict.FAILED)
        words = f"the bundle does not verify ({worst.reason}: {worst.words}); nothing was handed out"
        raise DoesNotHold(words, where=worst.place, mend="Run: evenhand ledger verify.")


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """Give a private folder beside a path, and remove it at the end with whatever was left in it."""
    folder = Path(tempfile.mkdtemp(prefix=f".{to.name}.", suffix=".part", dir=to.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(bag: Path, target: Target, *, name: str, age: Sequence[str]) -> None:
    """Move the finished bundle to its place, readable by its owner alone."""
    if not target.zipped:
        bag.chmod(0o700)
        bag.rename(target.path)
        return
    archive = bag.with_name("bag.zip")
    write_zip(bag, archive, name)
    if age:
        plain, archive = archive, bag.with_name("bag.age")
        encrypt_file(plain, archive, to=age)
    archive.chmod(0o600)
    archive.rename(target.path)
