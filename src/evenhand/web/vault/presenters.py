"""What the page of holds shows: what is due first, what waits for whom, and what a person can sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import ROLES, Role
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import has_seat
from evenhand.web.vault.holds import numbers_of, open_holds, soon_due
from evenhand.web.vault.models import Hold
from evenhand.web.vault.signing import SIGNERS
from evenhand.web.vault.words import REASONS, Kind, Reason

_PURPOSE = "look at holds"


@dataclass(frozen=True, slots=True)
class HoldCard:
    """One hold: what, why, until when, who signed as what, and what this person can do now."""

    id: str
    what: str
    reason: str
    ground: str
    state: str
    review_on: date
    late: bool
    signed: tuple[str, ...]
    may_place: bool
    may_release: bool
    may_ask_end: bool
    in_force: bool


def hold_cards(person: str, ctx: Context) -> list[HoldCard]:
    """Return the holds that are not released, what is due first; grounds are readings. Raises Held if unreadable."""
    rows = open_holds()
    numbers = numbers_of([row.target for row in rows if row.kind == Kind.CASE])
    actor = ActorId(person)
    open_to_me = bool(rows) and has_seat(ORGANISATION, actor, ctx.now())
    grounds = open_texts([row.ground for row in rows], actor=actor, purpose=_PURPOSE, ctx=ctx) if open_to_me else {}
    held = roles_at(person, ctx.now())
    me = _Reader(person, frozenset(role for role in SIGNERS if role in held), ctx.now().date())
    return [_card(row, _what(row, numbers), grounds.get(row.ground, ""), me) for row in rows]


@dataclass(frozen=True, slots=True)
class DueHolds:
    """How many holds are past their review date, how many come to it within two weeks, whether this reader signs."""

    late: int
    soon: int
    signs: bool


def due_holds(ctx: Context, *, signs: bool) -> DueHolds:
    """Return the line on holds for somebody's first page. One query; no ground is opened, no case named."""
    today = ctx.now().date()
    days = list(soon_due(ctx).values_list("review_on", flat=True))
    late = sum(day < today for day in days)
    return DueHolds(late, len(days) - late, signs)


@dataclass(frozen=True, slots=True)
class _Reader:
    person: str
    roles: frozenset[Role]
    today: date

    def may_sign_after(self, first: str | None, role: str | None) -> bool:
        """Return whether this can be the second person: another one, in another role."""
        return self.person != first and any(each.value != role for each in self.roles)


def _card(row: Hold, what: str, ground: str, me: _Reader) -> HoldCard:
    placed, ending = row.placed_at is not None, row.end_at is not None
    return HoldCard(
        id=row.id, what=what, reason=str(REASONS[Reason(row.reason)]),
        ground=ground, state=_state(placed=placed, ending=ending), review_on=row.review_on,
        late=placed and row.review_on < me.today, signed=_signed(row),
        may_place=not placed and me.may_sign_after(row.asked_by, row.asked_role),
        may_release=ending and me.may_sign_after(row.end_by, row.end_role),
        may_ask_end=placed and not ending and bool(me.roles), in_force=placed,
    )  # fmt: skip


def _what(row: Hold, numbers: dict[str, str]) -> str:
    if row.kind == Kind.CASE:
        return _("Case %(number)s") % {"number": numbers.get(row.target, row.target[:8])}
    return (_("File %(id)s") if row.kind == Kind.OBJECT else _("Source file %(id)s")) % {"id": row.target[:8]}


def _state(*, placed: bool, ending: bool) -> str:
    if not placed:
        return _("asked for; it holds nothing before a second person signs")
    return _("in force; its end waits for a second person") if ending else _("in force")


def _signed(row: Hold) -> tuple[str, ...]:
    acts = (
        (_("Asked for by:"), row.asked_role), (_("Signed by:"), row.placed_role),
        (_("End asked for by:"), row.end_role),
    )  # fmt: skip
    return tuple(f"{words} {ROLES[Role(role)].name}" for words, role in acts if role)
