"""The custody of one file: what was done with it, by whom in which part, and who read it, from the record itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Case, Party, Seat, Upload
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.record.handing_out import open_records
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.queries import is_covered
from evenhand.web.record.readings import readings_of_things
from evenhand.web.vault.queries import copies_made_of

_PURPOSE: Final = "look at the custody of a file"
_ACTS: Final[dict[str, str | Promise]] = {
    "evidence.quarantined": gettext_lazy("It came in and was sealed; nobody had looked at it."),
    "evidence.cleared": gettext_lazy("A person released it for this case."),
    "evidence.restricted": gettext_lazy("It was marked: do not look, do not copy."),
}
METHODS: Final[dict[str, str | Promise]] = {
    "working copy without metadata": gettext_lazy("a working copy without its hidden data"),
    "covered copy": gettext_lazy("a copy in which parts are covered"),
    "picture fingerprint": gettext_lazy("a fingerprint, to find pictures that look like it"),
    "unverified transcript": gettext_lazy("an unverified transcript"),
    "answers of whoever took it": gettext_lazy("what whoever took it says"),
    "mail keys": gettext_lazy("the keys of the mail’s signatures, as they were fetched"),
    "mail signatures": gettext_lazy("what the mail’s signatures say"),
    "web archive": gettext_lazy("what a look into the web archive found"),
}
"""What is made of a file, by the method that its leaf commits to."""
_PURPOSES: Final[dict[str, str | Promise]] = {
    "add a file": gettext_lazy("to take it in"),
    "have a link captured": gettext_lazy("to have it captured"),
    "open a file": gettext_lazy("to look at its working copy"),
    "judge a file": gettext_lazy("to see what it is worth"),
    "compare pictures": gettext_lazy("to compare pictures"),
    "write down what a picture shows": gettext_lazy("to write down what it shows, or to read what was written down"),
    "cover parts of a file": gettext_lazy("to cover parts of it"),
    "export a bundle": gettext_lazy("to hand it out in a bundle"),
}


@dataclass(frozen=True, slots=True)
class Custody:
    """One thing that happened to a file: when, what, who, and the entry of the record that says so."""

    at: datetime
    what: str
    who: str
    entry: int
    covered: bool


@dataclass(frozen=True, slots=True)
class ReadLine:
    """Somebody read a file or a copy of it for one purpose: first and last when, how often."""

    who: str
    purpose: str
    first: datetime
    last: datetime
    times: int


def custody_of(case: Case, upload: Upload, *, actor: ActorId, ctx: Context) -> list[Custody]:
    """Return what was done with a file in the order of the record; each document is a logged reading."""
    acts = open_records(
        [KeyId(upload.key)], case=case.id, actor=actor, purpose=_PURPOSE, ctx=ctx, only=lambda _, obj: obj == upload.id
    )
    lines = []
    for act in acts:
        said = json.loads(act.document)
        lines.append(
            Custody(
                datetime.fromisoformat(said["at"]), _what(act.type, said["body"]),
                somebody(case, said["actor"], reader=actor), act.seq, is_covered(act.seq),
            )
        )  # fmt: skip
    return lines


def readings_of_file(case: Case, upload: Upload, *, reader: ActorId) -> list[ReadLine]:
    """Return who asked for it and was refused, then who read a file or what was made of it. Three queries and more."""
    things = [upload.id, *copies_made_of(upload.id)]
    refused = [
        ReadLine(somebody(case, row.actor, reader=reader), _("asked, and was refused"), row.first, row.last, row.texts)
        for row in readings_of_things(things, key=upload.key, refused=True)
    ]
    return refused + [
        ReadLine(
            somebody(case, row.actor, reader=reader),
            str(_PURPOSES.get(row.purpose, row.purpose)),
            row.first,
            row.last,
            row.texts,
        )
        for row in readings_of_things(things, key=upload.key)
    ]


def somebody(case: Case, who: str, *, reader: ActorId) -> str:
    """Return who did something in a case, by their part in it and never by name."""
    if who == reader:
        return _("you")
    if who == SYSTEM:
        return _("the system, by rule")
    party = Party.objects.filter(pk=who, case__submission=case.submission_id).first()
    if party is not None:
        return _(CaseRole(party.side).label)
    roles = Seat.objects.filter(case=case, person=who).values_list("role", flat=True)
    return ", ".join(role_words(role) for role in sorted(set(roles))) or _("somebody without a seat now")


def method_words(method: str) -> str:
    """Return what was made, in words; a method nobody named in words stands as the record calls it."""
    return str(METHODS.get(method, method))


def _what(kind: str, body: dict[str, object]) -> str:
    if kind in _ACTS:
        return str(_ACTS[kind])
    return _("Made from it: %(method)s.") % {"method": method_words(str(body.get("method", kind)))}
