"""Bundles asked for on a page: made by the worker, which alone holds the log's key, kept sealed until they are fetched.

What somebody asks for travels in the queue sealed under the case's key; the finished file lies in the home's `exports`
folder under the same key, a week at most. Which bundles were ever made, for whom and why, the record itself says.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from evenhand.age import check_recipients
from evenhand.bundle.redaction import parse_redaction
from evenhand.context import Context
from evenhand.ledger.files import make_directories, sync_directory
from evenhand.vault.chunks import SALT, open_chunks, seal_chunks
from evenhand.vault.straight import StraightFile
from evenhand.web.cases.bundle import export_bundle, keys_of
from evenhand.web.cases.bundle_making import EXPORTED, PURPOSE, Given
from evenhand.web.cases.models import Case
from evenhand.web.record.crypto import open_sealed, seal
from evenhand.web.record.handing_out import open_keys, open_records
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.keys import unwrap
from evenhand.web.record.outbox import enqueue, queued
from evenhand.web.record.readings import Reading, readings_of_things
from evenhand.web.record.reads import log_reads, note_refusal, noting_refusal
from evenhand.web.record.sealed import open_texts

JOB: Final = "export-bundle"
KEPT: Final = timedelta(days=7)
OWN: Final = "own"
"""How a bundle was made that one side asked for by its own page (`own_bundle`): nobody else fetches it."""
_STALE: Final = timedelta(days=1)
_ASK: Final = "ask for a bundle"
_FETCH: Final = "fetch a bundle"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for: which fields stay closed (as `--redact` writes them), for whom, why, for whose key."""

    to: str
    why: str
    redact: tuple[str, ...] = ()
    age: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """One bundle that was made of a case. `to`, `why`: empty where nothing was said, or where it was erased since.

    `there`: whether whoever handles the case can fetch it here.
    """

    id: str
    at: datetime
    actor: ActorId
    to: str
    why: str
    how: str
    items: int
    withheld: int
    left_out: int
    there: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A bundle that was asked for and is not there yet; `failed`: it could not be made."""

    id: str
    at: datetime
    failed: bool


def ask_for_bundle(*, case: Case, asked: Asked, actor: ActorId, ctx: Context) -> str:
    """Put a bundle of a case into the worker's queue and return its id. UsageError for a recipient that is none.

    The actor needs a seat on both keys of the case, now and when the worker begins. Raises KeyRefused.
    """
    if asked.age:
        check_recipients([asked.age])
    for rule in asked.redact:
        parse_redaction(rule)
    new = ctx.new_id()
    opened = open_keys(keys_of(case), case=case.id, actor=actor, purpose=_ASK, ctx=ctx)
    sealed = seal(opened[KeyId(case.key)], json.dumps(asdict(asked)).encode(), bound_to=_bound(new), random=ctx.random)
    enqueue(JOB, {"export": new, "case": case.id, "actor": actor, "sealed": b64encode(sealed).decode()})
    return new


def refuse(case: Case, *, actor: ActorId, ctx: Context) -> None:
    """Note that somebody asked who holds no seat on both keys of the case; nothing else happens."""
    note_refusal([(case.id, key) for key in keys_of(case)], actor=actor, purpose=_ASK, ctx=ctx)


def refused_of(case: Case) -> list[Reading]:
    """Return who asked for a bundle of a case and was refused: first and last when, oldest first. One query."""
    asked = readings_of_things([case.id], key=case.key, refused=True)
    return [each for each in asked if each.purpose in (_ASK, PURPOSE)]


def make_asked(payload: dict[str, Any], ctx: Context) -> None:
    """Do the job: make the bundle in the name of whoever asked, and keep it sealed until it is fetched."""
    new, actor = str(payload["export"]), ActorId(payload["actor"])
    if kept_file(new) is not None:
        return
    case = Case.objects.select_related("submission").get(pk=payload["case"])
    (key,) = open_keys([KeyId(case.key)], case=case.id, actor=actor, purpose=_ASK, ctx=ctx).values()
    said = json.loads(open_sealed(key, b64decode(payload["sealed"]), bound_to=_bound(new)))
    given = Given(said["to"], said["why"], (said["age"],) if said["age"] else ())
    with making_place() as folder:
        done = export_bundle(
            case=case, to=folder / "bundle", actor=actor, ctx=ctx, zipped=True, given=given, id=new,
            redact=[parse_redaction(rule) for rule in said["redact"]],
        )  # fmt: skip
        keep_bundle(done.path, new, key=key, ending="age" if given.age else "zip", ctx=ctx)


@contextmanager
def making_place() -> Iterator[Path]:
    """Give a private folder beside the kept bundles, and remove it at the end with whatever was left in it."""
    make_directories(_folder())
    folder = Path(tempfile.mkdtemp(prefix=".making.", dir=_folder()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fetch(*, keys: Sequence[KeyId], export: str, actor: ActorId, ctx: Context) -> Iterator[bytes]:
    """Return the bytes of a kept bundle, opened piece by piece; the reading is logged first. Raises KeyRefused.

    `keys`: what the reader must hold; the first is the case's, under which it lies.
    """
    path = kept_file(export)
    assert path is not None
    with noting_refusal([(export, key) for key in keys], actor=actor, purpose=_FETCH, ctx=ctx):
        opened = [unwrap(key, actor=actor, purpose=_FETCH) for key in keys]
    log_reads([(export, keys[0])], actor=actor, purpose=_FETCH, ctx=ctx)
    return _opened(path, opened[0], export)


def exports_of(case: Case, *, actor: ActorId, purpose: str, ctx: Context) -> list[Export]:
    """Return every bundle that was made of a case, the latest first; each document and its words are a reading.

    Whoever erases asks this first: these are the people who hold copies. Raises KeyRefused without a seat.
    """
    acts = open_records(
        [KeyId(case.key)], case=case.id, actor=actor, purpose=purpose, ctx=ctx, only=lambda type, _: type == EXPORTED
    )
    documents = [json.loads(act.document) for act in acts]
    wanted = [each["body"].get(name) for each in documents for name in ("to", "why")]
    texts = open_texts([text for text in wanted if text], actor=actor, purpose=purpose, ctx=ctx)
    return [_export(each, texts) for each in reversed(documents)]


def waiting_of(case: Case, known: set[str]) -> list[Waiting]:
    """Return what was asked for of a case and is not among the `known` exports, the latest first."""
    jobs = [job for job in queued(JOB) if job.payload["case"] == case.id and job.payload["export"] not in known]
    return [Waiting(job.payload["export"], job.at, job.failed) for job in reversed(jobs)]


def kept_file(export: str) -> Path | None:
    """Return where a finished bundle lies, sealed, or None where it was never asked for on a page or is gone."""
    found = (_folder() / f"{export}.{ending}" for ending in ("zip", "age"))
    return next((path for path in found if path.is_file()), None)


def forget_exports(exports: Iterable[str]) -> int:
    """Remove kept bundles and return how many there were: for erasure, which asks `exports_of` for their ids."""
    paths = [path for path in map(kept_file, exports) if path is not None]
    for path in paths:
        path.unlink()
    return len(paths)


def sweep_exports(ctx: Context) -> int:
    """Remove bundles nobody needs any more and what an interruption left; return how many. Due work, idempotent."""
    if not _folder().exists():
        return 0
    now, removed = ctx.now().timestamp(), 0
    for path in _folder().iterdir():
        half = path.name.startswith(".")
        if path.stat().st_mtime < now - (_STALE if half else KEPT).total_seconds():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
            removed += 1
    return removed


def _export(document: dict[str, Any], texts: dict[str, str]) -> Export:
    body = document["body"]
    own = body.get("how") == OWN
    return Export(
        id=document["obj"], at=datetime.fromisoformat(document["at"]), actor=ActorId(document["actor"]),
        to=_("the side that asked for it, by its own page") if own else texts.get(body.get("to") or "", ""),
        why=texts.get(body.get("why") or "", ""), how=body.get("how", "full"),
        items=len(body["items"]), withheld=sum(map(len, body["withheld"].values())), left_out=body["left_out"],
        there=not own and kept_file(document["obj"]) is not None,
    )  # fmt: skip


def keep_bundle(plain: Path, export: str, *, key: bytes, ending: str, ctx: Context) -> None:
    """Seal a finished bundle into its place: whole and on the disk, or not there."""
    half = _folder() / f".{export}.part"
    half.unlink(missing_ok=True)  # left by a cut
    try:
        with plain.open("rb") as source, StraightFile(half, 0o600) as target:
            for chunk in seal_chunks(source, key=key, context=_bound(export), salt=ctx.random(SALT)):
                target.write(chunk)
            target.sync()
        half.rename(_folder() / f"{export}.{ending}")
    finally:
        half.unlink(missing_ok=True)
    sync_directory(_folder())


def _opened(path: Path, key: bytes, export: str) -> Iterator[bytes]:
    with path.open("rb") as sealed:
        yield from open_chunks(sealed, key=key, context=_bound(export))


def _bound(export: str) -> bytes:
    return b"evenhand/export/v1\n" + export.encode()


def _folder() -> Path:
    return Path(settings.HOME.root) / "exports"
