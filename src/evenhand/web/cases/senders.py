"""Who hands a file in: a side by its own page, or whoever handles the case, for a side or for the office itself.

What a side sends belongs to that side, whoever typed it in: it lies under that side's key, its page lists it, and what
protects the side protects the file. What the office found belongs to the case alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.queries import side_of_files
from evenhand.web.record.ids import ActorId, KeyId

MOST_OF_A_SIDE: Final = 40
MOST_OF_THE_OFFICE: Final = 200


class Channel(StrEnum):
    """How a file came: the word its row and the record keep."""

    PAGE = "page"
    OFFICER = "officer"
    CAPTURE = "capture"  # a program that was named captured it from the address shown


class Whose(StrEnum):
    """From whom an officer has a file."""

    OFFICE = "office"
    SENDER = "sender"
    RESPONDENT = "respondent"


WHOSE: Final[Mapping[Whose, str | Promise]] = {
    Whose.OFFICE: _("Found by whoever handles the case"),
    Whose.SENDER: _("Given to us by whoever sent the report, by another way than the page"),
    Whose.RESPONDENT: _("Given to us by the person complained about, by another way than the page"),
}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose a file is, who hands it in, and under which key it lies.

    `columns`: what of a row of `Upload` says whose it is. `of_case`: the one case it belongs to; None for a report's,
    which may have become several. `owner`: to whom parts that are still coming belong (see `incoming`).
    """

    actor: ActorId
    key: KeyId
    case: Case
    columns: Mapping[str, str]
    of_case: str | None
    owner: str
    channel: Channel
    most: int

    def sent(self) -> QuerySet[Upload]:
        """Return the files that are there already from the same side."""
        return Upload.objects.filter(**self.columns)


def by_party(party: Party) -> Sender:
    """Return a side that hands a file in by its own page."""
    return _of(party, ActorId(party.id), Channel.PAGE)


def by_officer(case: Case, whose: Whose, actor: ActorId) -> Sender | None:
    """Return whoever handles a case, with a file of the office or of a side; None where that side is nobody yet."""
    if whose is Whose.OFFICE:
        return Sender(
            actor, KeyId(case.key), case, {"case_id": case.id}, case.id, f"{case.id}-{actor}", Channel.OFFICER,
            MOST_OF_THE_OFFICE,
        )  # fmt: skip
    sides = Party.objects.filter(case=case).select_related("case").exclude(side="witness")
    wanted = (party for party in sides if (party.side == "respondent") == (whose is Whose.RESPONDENT))
    party = next(wanted, None)
    return None if party is None else _of(party, actor, Channel.OFFICER)


def by_capture(case: Case, actor: ActorId) -> Sender:
    """Return the office with what its capture program brought, in the name of whoever asked for it."""
    return Sender(
        actor, KeyId(case.key), case, {"case_id": case.id}, case.id, f"{case.id}-{actor}", Channel.CAPTURE,
        MOST_OF_THE_OFFICE,
    )  # fmt: skip


def _of(party: Party, actor: ActorId, channel: Channel) -> Sender:
    columns = side_of_files(party)
    of_case = party.case_id if "party_id" in columns else None
    owner = party.id if channel is Channel.PAGE else f"{party.id}-{actor}"
    return Sender(actor, KeyId(party.key), party.case, columns, of_case, owner, channel, MOST_OF_A_SIDE)
