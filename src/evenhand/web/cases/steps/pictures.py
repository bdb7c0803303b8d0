"""What people add to a released picture, and what is found by comparing it: hints, kept beside it, never the picture.

A transcript is somebody's reading, or a machine's, and is called unverified wherever it stands. Answers of whoever took
a picture are theirs. Pictures are compared inside one case and nowhere else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Final, cast

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.apart import cover_apart, fingerprint_apart
from evenhand.evidence.pictures import TAKERS_QUESTIONS, Fingerprint, distance, similar
from evenhand.evidence.transcript import transcript
from evenhand.evidence.uploads import Kind, UploadRefused
from evenhand.web.cases.models import Case, Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.steps.worth_words import PICTURES
from evenhand.web.record.ids import ActorId
from evenhand.web.vault.objects import derive, derived_of, open_object, read_object
from evenhand.web.vault.queries import erased_among

FINGERPRINT: Final = "picture fingerprint"
TRANSCRIPT: Final = "unverified transcript"
ANSWERS: Final = "answers of whoever took it"
MOST_WORDS: Final = 20_000
_COMPARE: Final = "compare pictures"
_WRITE: Final = "write down what a picture shows"
_AT_ONCE: Final = 5
"""How many pictures one page looks into for the first time: each takes a process of its own."""


@dataclass(frozen=True, slots=True)
class Words:
    """One transcript: its text, who or what made it, how sure a machine says it is (0 to 100)."""

    text: str
    by: str
    tool: str
    sure: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Near:
    """How far another picture of the case is from this one; `similar` is None where one holds too little to say."""

    id: str
    place: int
    distance: int
    similar: bool | None


@dataclass(frozen=True, slots=True)
class Compared:
    """This picture beside the others of its case: the nearest first; `left` have not been looked into yet."""

    method: str
    usable: bool
    others: tuple[Near, ...]
    left: int


def compare(case: Case, upload: Upload, *, actor: ActorId, ctx: Context) -> Compared | None:
    """Return how near the other released pictures of the case are; None where this one cannot be looked into."""
    files = list(files_of(case))
    gone = erased_among([file.id for file in files])
    pictures = [
        (place, file) for place, file in enumerate(files, 1)
        if Kind(file.kind) in PICTURES and file.state == "cleared" and file.id not in gone and file.id != upload.id
    ]  # fmt: skip
    mine = _fingerprint(upload, actor, ctx)
    if mine is None:
        return None
    new, others, left = 0, [], 0
    for place, file in pictures:
        fresh = not derived_of(file.id, FINGERPRINT)
        if fresh and new >= _AT_ONCE:
            left += 1
            continue
        new += fresh
        theirs = _fingerprint(file, actor, ctx)
        if theirs is not None and theirs.method == mine.method:
            others.append(Near(file.id, place, distance(mine, theirs), similar(mine, theirs)))
    nearest = sorted(others, key=lambda each: (each.distance, each.place))
    return Compared(mine.method, mine.usable, tuple(nearest), left)


def _fingerprint(upload: Upload, actor: ActorId, ctx: Context) -> Fingerprint | None:
    """Return a picture's fingerprint, made once and kept beside it; None for one that is damaged."""
    if kept := derived_of(upload.id, FINGERPRINT):
        return _told(read_object(kept[-1].id, actor=actor, purpose=_COMPARE, ctx=ctx))
    try:
        with open_object(upload.id, actor=actor, purpose=_COMPARE, ctx=ctx) as stream:
            data = _plain(fingerprint_apart(cast("BinaryIO", stream)))
    except UploadRefused:
        return None
    derive(of=upload.id, method=FINGERPRINT, data=data, actor=actor, purpose=_COMPARE, ctx=ctx)
    return _told(data)


def _told(data: bytes) -> Fingerprint:
    said = json.loads(data)
    return Fingerprint(said["bits"], said["quality"], said["method"])


def write_transcript(*, upload: Upload, text: str, actor: ActorId, ctx: Context) -> None:
    """Keep what a person read in a file beside it, marked as theirs. Raises UsageError for a file not released."""
    said = {"text": text, "by": actor, "tool": "", "sure": None}
    _keep(upload, TRANSCRIPT, said, actor, ctx, tool="typed", version="by a person")


def read_by_machine(*, upload: Upload, actor: ActorId, ctx: Context) -> None:
    """Keep what the installed program reads in a picture beside it. UsageError where there is no such program."""
    _check_released(upload)
    with open_object(upload.id, actor=actor, purpose=_WRITE, ctx=ctx) as stream:
        # The program gets a picture that was made anew: nothing of a stranger's file but its colours.
        clean, _size = cover_apart(cast("BinaryIO", stream), [])
    found = transcript(clean)
    said = {"text": found.text, "by": actor, "tool": found.tool, "sure": found.sure}
    _keep(upload, TRANSCRIPT, said, actor, ctx, tool="machine-read", version=found.tool)


def transcripts_of(upload: Upload, *, actor: ActorId, ctx: Context) -> list[Words]:
    """Return what was read in a file, the latest first; each a logged reading."""
    kept = [(row.received_at, _opened(row.id, actor, ctx)) for row in derived_of(upload.id, TRANSCRIPT)]
    return [Words(said["text"], said["by"], said["tool"], said["sure"], at) for at, said in reversed(kept)]


def write_answers(*, upload: Upload, answers: Mapping[str, str], actor: ActorId, ctx: Context) -> None:
    """Keep what whoever took a picture answered, as it was told to the officer; earlier answers stay in the record."""
    known = {name: text for name, _words in TAKERS_QUESTIONS if (text := answers.get(name, "").strip())}
    if not known:
        raise UsageError(_("Write down at least one answer."))
    _keep(upload, ANSWERS, {"answers": known, "by": actor}, actor, ctx, tool="typed", version="by a person")


def answers_of(upload: Upload, *, actor: ActorId, ctx: Context) -> dict[str, str]:
    """Return the latest answers, question -> text; {} where none was written down. A logged reading."""
    kept = derived_of(upload.id, ANSWERS)
    return dict(_opened(kept[-1].id, actor, ctx)["answers"]) if kept else {}


def _keep(
    upload: Upload, method: str, said: Mapping[str, Any], actor: ActorId, ctx: Context, *, tool: str, version: str
) -> None:
    _check_released(upload)
    derive(
        of=upload.id, method=method, data=_plain(said), actor=actor, purpose=_WRITE, ctx=ctx, tool=tool,
        version=version, deterministic=False,
    )  # fmt: skip


def _check_released(upload: Upload) -> None:
    if upload.state != "cleared":
        raise UsageError(_("This file is not released for viewing."), mend=_("A person has to clear it first."))


def _plain(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _opened(obj: str, actor: ActorId, ctx: Context) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(read_object(obj, actor=actor, purpose=_WRITE, ctx=ctx))
    return said
