"""Opening one side of one case with a code: at least 80 random bits, of which only a hash is kept (INV-55).

The code is in the receipt or the notice. It opens that side of that case and nothing else, for half an hour from
the last page; a respondent's code asks for a fact from the register as well. Opening admits nothing.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.backends.base import SessionBase

from evenhand.context import Context
from evenhand.web.cases.models import Party
from evenhand.web.record.ids import ActorId
from evenhand.web.register.members import fact_holds

OPEN_FOR: Final = timedelta(minutes=30)
_SESSION: Final = "side"
_BYTES: Final = 10
_MISREAD: Final = str.maketrans("0189", "olbg")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of one case, opened: the party's id is its actor in the record."""

    party: str
    case: str
    side: str
    locale: str

    @property
    def actor(self) -> ActorId:
        """The party as the record knows it."""
        return ActorId(self.party)


def new_code(ctx: Context) -> str:
    """Return a fresh code of 80 random bits, in four groups that can be read aloud."""
    letters = base64.b32encode(ctx.random(_BYTES)).decode().lower()
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def code_digest(code: str) -> str:
    """Return the SHA-256 (hex) of a code as people type it: case, spaces and hyphens do not matter.

    Base32 has no 0, 1, 8 or 9; whoever reads them off paper meant the letters they look like.
    """
    plain = "".join(letter for letter in code.lower() if letter.isascii() and letter.isalnum()).translate(_MISREAD)
    return hashlib.sha256(b"evenhand/code/v1\n" + plain.encode()).hexdigest()


def party_of(code: str) -> Party | None:
    """Return the party whose code this is, or None. One indexed read, whatever was typed."""
    return Party.objects.filter(code_digest=code_digest(code)).first()


def second_fits(party: Party, fact: str) -> bool:
    """Return whether the second fact is right; True where none is asked."""
    return party.second_digest is None or fact_holds(party.id, fact, party.second_digest)


def enter(session: SessionBase, party: Party, *, now: datetime) -> None:
    """Open the party's side in this browser session; whatever was open before is closed."""
    session.cycle_key()
    session[_SESSION] = {"party": party.id, "code": party.code_digest, "until": (now + OPEN_FOR).timestamp()}


def leave(session: SessionBase) -> None:
    """Close the side that is open in this session, if any."""
    session.pop(_SESSION, None)


def side_open(session: SessionBase, *, now: datetime) -> Side | None:
    """Return the side that is open in this session, and keep it open; None where there is none or its time is over.

    Whoever came in with a code that was replaced since is out.
    """
    kept = session.get(_SESSION)
    if not kept or kept["until"] < now.timestamp():
        leave(session)
        return None
    party = Party.objects.filter(pk=kept["party"]).first()
    if party is None or party.code_digest is None or kept.get("code") != party.code_digest:
        leave(session)
        return None
    session[_SESSION] = kept | {"until": (now + OPEN_FOR).timestamp()}
    return Side(party.id, party.case_id, party.side, party.locale)
