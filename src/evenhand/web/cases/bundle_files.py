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
from evenhand.evidence.grades import ProvenanceClass, Route, provenance, wording
from evenhand.evidence.uploads import Stripped
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.files import working_copy
from evenhand.web.record.handing_out import HandedOut
from evenhand.web.record.ids import ActorId
from evenhand.web.vault.queries import erased_among

DERIVED: Final = "evidence.derived"
_ROUTE: Final = Route(ProvenanceClass.USER_STATEMENT)
_WORDS: Final[Mapping[str, str]] = {
    "restricted": "marked do not look, do not copy",
    "quarantined": "nobody has looked at it yet",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """The working copy of one released file."""

    upload: Upload
    stripped: Stripped

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


def copies_of(files: Sequence[Upload], *, protected: bool, actor: ActorId, ctx: Context) -> list[Copy]:
    """Return the working copies of the released ones, each a reading. Holds them all at once: 20 MB each at most."""
    wanted = [file for file in files if not stays_out(file, protected=protected)]
    return [Copy(file, working_copy(upload=file, actor=actor, ctx=ctx)) for file in wanted]


def object_of(act: HandedOut, copies: Sequence[Copy]) -> Object | None:
    """Return the file that an act speaks of, if it is one of these copies."""
    said = _said(act)
    for copy in copies:
        if said == (copy.upload.id, copy.digest):
            kind = copy.stripped.kind
            words = f"copy without metadata, made at {act.at}, of a {wording(_ROUTE, copy.upload.received_at)}"
            name = f"file.{kind.ending}"
            return Object("content", copy.stripped.data, kind.media_type, name, words, provenance(_ROUTE).value)
    return None


def _said(act: HandedOut) -> tuple[str, bytes] | None:
    """Return (file, digest of its copy) of an act that derived one."""
    if act.type != DERIVED:
        return None
    content = next((opening.value for opening in act.openings if opening.field == "content"), b"")
    return str(json.loads(act.document)["obj"]), content
