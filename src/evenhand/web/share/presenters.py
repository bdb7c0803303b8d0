"""What the share pages say, in words; the shared words themselves are shown to officers alone, behind a veil."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.evidence.grades import ProvenanceClass, Route
from evenhand.web.cases.steps.worth_words import mail_lines, wording_line
from evenhand.web.desk.protection import seat_officer
from evenhand.web.desk.queries import protected
from evenhand.web.live.arrivals import Opened
from evenhand.web.live.drafts import Draft
from evenhand.web.live.models import Arrival, HandedIn
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.vault.queries import capture_of

KINDS: Final[dict[str, str | Promise]] = {
    "link": gettext_lazy("a link"),
    "words": gettext_lazy("words"),
    "picture": gettext_lazy("pictures"),
    "mail": gettext_lazy("a forwarded mail"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was handed in: what kind, when."""

    words: str | Promise
    at: datetime


def handed_in(row: HandedIn) -> Item:
    """Return one thing that was handed in as the page lists it."""
    return Item(KINDS[row.kind], row.at)


def confirm(draft: Draft) -> list[str]:
    """Return what is about to be taken, a line each; no word of it."""
    lines = [_("A link: %(host)s") % {"host": _host(draft.shared.url)}] if draft.shared.url else []
    if draft.shared.text:
        lines.append(_("Words: %(count)s letters") % {"count": len(draft.shared.text)})
    if draft.objects:
        lines.append(_("Pictures: %(count)s") % {"count": len(draft.objects)})
    return lines


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0][:80]


@dataclass(frozen=True, slots=True)
class ArrivalRow:
    """One thing that came in, in the list: what it is, for whom, when."""

    id: str
    kind: str
    whom: str
    at: datetime


@dataclass(frozen=True, slots=True)
class KeyRow:
    """The key of one signature as it was found."""

    name: str
    resolver: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PictureLine:
    """One shared picture: its place, and what may be said of it, the moment it came by our clock first."""

    place: int
    came: str


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    """One thing that came in, opened. `signature`: sentences on a mail's signatures."""

    id: str
    kind: str
    at: datetime
    sender: str
    subject: str
    url: str
    words: str
    pictures: list[PictureLine]
    signature: list[str]
    keys: list[KeyRow]
    is_mail: bool


_ARRIVED: Final[dict[str, str | Promise]] = {
    "share": gettext_lazy("Shared by the person themselves"),
    "mail": gettext_lazy("A mail"),
}


def arrival_rows(rows: list[Arrival], actor: ActorId, ctx: Context) -> list[ArrivalRow]:
    """Return the list; the persons' labels are opened in one logged reading."""
    known = protected({row.target for row in rows if row.target})
    seat_officer(actor, [key for key, _label in known.values()], ctx)
    wanted = [label for _key, label in known.values()]
    texts = open_texts(wanted, actor=actor, purpose="look at the list of what came in", ctx=ctx) if wanted else {}
    whom = {person: texts.get(label, "") for person, (_key, label) in known.items()}
    return [
        ArrivalRow(row.id, str(_ARRIVED[row.kind]), whom.get(row.target, "") or _("the unit itself"), row.at)
        for row in rows
    ]


def arrival_page(opened: Opened) -> ArrivalPage:
    """Return the page of one thing that came in."""
    row, is_mail = opened.arrival, opened.arrival.kind == "mail"
    not_judged = [_("The signatures of this mail were not judged when it came.")] if is_mail else []
    return ArrivalPage(
        id=row.id, kind=str(_ARRIVED[row.kind]), at=row.at, sender=opened.sender, subject=opened.subject,
        url=opened.url, words=opened.words, pictures=_pictures(opened), is_mail=is_mail,
        signature=mail_lines(opened.found) if opened.found else not_judged,
        keys=[KeyRow(a["name"], a["resolver"], datetime.fromisoformat(a["asked_at"])) for a in opened.answers],
    )  # fmt: skip


def _pictures(opened: Opened) -> list[PictureLine]:
    """Return the pictures with the words that every file of a case bears: nobody vouches for what a sender shares."""
    routes = [
        Route(ProvenanceClass.USER_STATEMENT, unchanged=not capture_of(each.object).changed) for each in opened.pictures
    ]
    return [PictureLine(place, wording_line(route, opened.arrival.at)) for place, route in enumerate(routes, 1)]
