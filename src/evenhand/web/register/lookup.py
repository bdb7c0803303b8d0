"""Looking one person up, for one case, with a purpose and a second person who approved it (T03, R1, PROCEDURE §7.3).

    looked = look_up(number=case.number, account="x:harbour_voice", on_day=day, purpose=words, approver=…, …)
    with recording(…) as r, acting(r, "lookup.made", case=case, commitments=commitments(words, approver)) as act:
        act.insert(Lookup(result=looked.result, band=looked.band, …, evidence=act.seal("evidence", looked.evidence())))

The reading is logged before anything is opened, outside the transaction; the leaf comes from the caller's step. Only
an exact membership number or an account that the member declared finds anybody: names are never compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.membership import (
    Band,
    Declared,
    Match,
    MemberRef,
    MembershipResult,
    lookup,
    match_declared,
    parse_declared,
)
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may
from evenhand.web.people.queries import standing_of
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.register.keys import Index, key_for
from evenhand.web.register.known import Known
from evenhand.web.register.models import Account, Member
from evenhand.web.register.queries import latest_load

_NOBODY: Final = MemberRef("")
_NUMBER: Final = re.compile(r"\d{4}-\d{4,}")


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What a look-up says. `member`: the register's id (hex32) of whoever was found, None for nobody.

    `agreeing` and `disagreeing` name fields, never values. `asked_on` is the day of the look-up.
    """

    result: MembershipResult
    band: Band
    member: str | None
    on_day: date
    asked_on: date
    agreeing: tuple[str, ...]
    disagreeing: tuple[str, ...]

    def evidence(self) -> str:
        """Return the look-up's evidence as one JSON text, to be sealed under the case's key."""
        said = {
            "result": self.result.value, "band": self.band.value, "member": self.member,
            "on_day": self.on_day.isoformat(), "asked_on": self.asked_on.isoformat(),
            "agreeing": self.agreeing, "disagreeing": self.disagreeing,
        }  # fmt: skip
        return json.dumps(said, sort_keys=True)


def look_up(
    *,
    number: str,
    on_day: date,
    purpose: str,
    approver: ActorId,
    actor: ActorId,
    ctx: Context,
    account: str = "",
    member_ref: str = "",
) -> LookupResult:
    """Return what the register says of one account (`platform:handle`, `platform:id=…`) or one membership number.

    `number`: the case's, as the readings will name it; whether it is open is the caller's to check. `on_day`: the day
    of the act. Raises UsageError without a purpose, a second person who may approve, or a register; KeyRefused without
    a seat; inside a transaction. One read row per member that is opened; nothing is cached.
    """
    if not _NUMBER.fullmatch(number):
        raise UsageError(_("a look-up needs the number of its case"), where=number, mend=_("It reads 2026-0014."))
    _check(purpose, approver, actor, ctx)
    if bool(account.strip()) == bool(member_ref.strip()):
        raise UsageError(_("A look-up needs one account or one membership number."))
    load = latest_load()
    if load is None:
        raise UsageError(_("There is no register here."), mend=_("Load one: evenhand membership load REGISTER.csv."))
    logged_as = f"look-up for case {number}"
    index = Index(key_for(actor, ctx), actor=actor, purpose=logged_as)
    if member_ref.strip():
        ids = [index.member(member_ref.strip())]
        found = _open(ids, actor, logged_as, ctx)
        match = _by_number(found)
    else:
        asked = parse_declared(_NOBODY, account)
        found = _open(_holders(index.accounts(asked)), actor, logged_as, ctx)
        match = _by_account(asked, found.values())
    return _result(match, found, on_day, ctx.now().date(), load.known_since)


def commitments(purpose: str, approver: ActorId) -> Mapping[str, bytes]:
    """Return the two values that the leaf `lookup.made` commits to; for the caller's own unit of work."""
    return {"purpose": purpose.encode(), "approver": approver.encode()}


def _check(purpose: str, approver: ActorId, actor: ActorId, ctx: Context) -> None:
    if not purpose.strip():
        raise UsageError(_("A look-up needs a purpose."), mend=_("Say in a sentence why the case needs it."))
    if approver in {actor, SYSTEM}:
        raise UsageError(_("A look-up needs a second person."), mend=_("Name somebody else who has approved it."))
    approving = standing_of(approver, at=ctx.now(), second_step=True)
    if not (may(approving, Permission.WORK_CASES) or may(approving, Permission.KEEP_CASES)):
        raise UsageError(_("This person cannot approve a look-up."), mend=_("An officer or the case keeper can."))
    looking = standing_of(actor, at=ctx.now(), second_step=True)
    if actor != SYSTEM and not may(looking, Permission.LOAD_REGISTER):
        raise UsageError(_("This person may not look into the register."), mend=_("Ask an officer of the unit."))


def _holders(values: Iterable[str]) -> list[str]:
    """Return the members who declared one of these, and so everybody whose entry can agree or disagree."""
    return sorted(set(Account.objects.filter(value__in=list(values)).values_list("member_id", flat=True)))


def _open(ids: list[str], actor: ActorId, purpose: str, ctx: Context) -> dict[str, Known]:
    """Return member id -> what is known, for those who are there; each reading logged first."""
    texts = dict(Member.objects.filter(id__in=ids).values_list("text", "id"))
    opened = open_texts(texts, actor=actor, purpose=purpose, ctx=ctx)
    return {texts[text]: Known.opened(said) for text, said in opened.items()}


def _by_number(found: Mapping[str, Known]) -> Match:
    # A number nobody has is a slip of the pen or a made-up one: it says nothing about any person.
    if not found:
        return Match(Band.NONE, disagreeing=("member_id",))
    (known,) = found.values()
    return Match(Band.EXACT_ID, known.ref, agreeing=("member_id",))


def _by_account(asked: Declared, found: Iterable[Known]) -> Match:
    declared = [each for known in found for each in known.declared]
    return match_declared(asked.handle, asked.platform, declared, account_id=asked.account_id)


def _result(
    match: Match, found: Mapping[str, Known], on_day: date, today: date, known_since: date | None
) -> LookupResult:
    of_ref = {known.ref: member for member, known in found.items()}
    member = of_ref.get(match.member_ref) if match.member_ref else None
    intervals = found[member].intervals if member else None
    return LookupResult(
        result=lookup(intervals, on_day, today, known_since=known_since), band=match.band, member=member,
        on_day=on_day, asked_on=today, agreeing=match.agreeing, disagreeing=match.disagreeing,
    )  # fmt: skip
