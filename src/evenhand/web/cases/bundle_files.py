"""The files of a case in its bundle: working copies without metadata, each one an act of the record.

What a party sent may carry a place or a name in its metadata, so the original never leaves; the copy is an object of
its own, `evidence.derived`, that refers to the leaf by which the original came in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from evenhand.bundle import Object
from evenhand.context import Context
from evenhand.evidence.grades import Route, provenance, wording
from evenhand.evidence.uploads import Stripped
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.covering import covered_copy, covered_of
from evenhand.web.cases.steps.files import working_copy
from evenhand.web.cases.steps.worth import found_in, recorded_of, route_of
from evenhand.web.record.handing_out import HandedOut
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.vault.queries import erased_among

DERIVED: Final = "evidence.derived"
REDACTED: Final = "evidence.redacted"
PURPOSE: Final = "export a bundle"
_WORDS: Final[Mapping[str, str]] = {
    "restricted": "marked do not look, do not copy",
    "quarantined": "nobody has looked at it yet",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What goes out of one released file: its working copy, or the newest copy in which parts are covered."""

    upload: Upload
    stripped: Stripped
    route: Route
    covered: bool = False

    @property
    def digest(self) -> bytes:
        """The SHA-256 of the copy's bytes."""
        return sha256(self.stripped.data).digest()


def stays_out(file: Upload, *, protected: bool) -> str:
    """Return why a file is not handed out; nothing where it is. `protected`: nobody may learn who sent the report."""
    if protected and file.submission_id is not None:
        return "who sent it is protected in this case"
    if erased_among([file.id]):
        return "it was erased; the log says when and of what kind"
    return _WORDS.get(file.state, "")


def left_out(files: Sequence[Upload], *, protected: bool) -> Iterator[str]:
    """Yield, for each file that is not handed out, which one it is and why."""
    for place, file in enumerate(files, 1):
        if why := stays_out(file, protected=protected):
            yield f"File {place} ({file.kind}): {why}."


def restricted_among(files: Sequence[Upload]) -> list[tuple[str, KeyId]]:
    """Return the files that nobody may copy, with their keys: that somebody asked for them is noted at each."""
    return [(file.id, KeyId(file.key)) for file in files if file.state == "restricted"]


def copies_of(files: Sequence[Upload], *, protected: bool, actor: ActorId, ctx: Context) -> list[Copy]:
    """Return the copies of the released ones, each a reading. Holds them all at once: 20 MB each at most.

    Of a file of which parts were covered only the newest covered copy: somebody meant that nobody else sees the rest.
    """
    wanted = [file for file in files if not stays_out(file, protected=protected)]
    return [_copy_of(file, actor, ctx) for file in wanted]


def _copy_of(file: Upload, actor: ActorId, ctx: Context) -> Copy:
    found = found_in(file, actor=actor, ctx=ctx)
    route, made = route_of(file, found, **recorded_of(file, actor=actor, ctx=ctx)), covered_of(file)
    if not made:
        return Copy(file, working_copy(upload=file, actor=actor, ctx=ctx), route)
    return Copy(file, covered_copy(made[-1].id, actor=actor, purpose=PURPOSE, ctx=ctx), route, covered=True)


def object_of(act: HandedOut, copies: Sequence[Copy]) -> Object | None:
    """Return the file that an act speaks of, if it is one of these copies."""
    said = _said(act)
    for copy in copies:
        if said == (copy.upload.id, copy.digest):
            kind = copy.stripped.kind
            made = "copy in which parts are covered" if copy.covered else "copy without metadata"
            what = wording(copy.route, copy.upload.received_at)
            words = f"{made}, made at {act.at}, of a {what}" if copy.route.capture_exists else f"a link {what}"
            name = f"file.{kind.ending}"
            return Object("content", copy.stripped.data, kind.media_type, name, words, provenance(copy.route).value)
    return None


def _said(act: HandedOut) -> tuple[str, bytes] | None:
    """Return (file, digest of its copy) of an act that made one."""
    if act.type not in (DERIVED, REDACTED):
        return None
    content = next((opening.value for opening in act.openings if opening.field == "content"), b"")
    return str(json.loads(act.document)["obj"]), content
