"""What the record already answers of the fourteen questions about an item. An assessor sees it first and may change it.

Nothing is guessed: a fact nobody recorded leaves its question at "not known". No machine reads the item's words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from evenhand.evidence.answering import ItemFacts, Seen, answer_gates
from evenhand.evidence.gates import Gate, GateResult
from evenhand.evidence.grades import Route
from evenhand.evidence.uploads import Kind
from evenhand.membership import MembershipResult
from evenhand.web.cases.models import Case, Item, Lookup, SubmissionItem, Upload
from evenhand.web.cases.periods import day_of
from evenhand.web.cases.queries import files_of
from evenhand.web.rules.queries import clauses_on

_AS_CAPTURED: Final = frozenset({Kind.MAIL, Kind.WACZ, Kind.WARC, Kind.EXPORT})
"""Kinds that hold what was captured itself; all others are pictures or retellings of it."""
_MEMBER: Final[Mapping[MembershipResult, tuple[bool, bool]]] = {
    MembershipResult.BOTH: (True, True),
    MembershipResult.MEMBER_AT_TIME: (True, False),
    MembershipResult.MEMBER_NOW: (False, True),
    MembershipResult.FORMER: (False, False),
}


def proposed(case: Case, item: Item, file: Upload | None, route: Route | None) -> dict[Gate, GateResult]:
    """Return what the record answers to each question. `file`: the one that shows the item, by its `route`.

    A handful of queries; opens no text.
    """
    facts = ItemFacts(
        received_on=day_of(case, case.submission.received_at), acted_on=item.happened_on,
        **_located(case, item, file, route), **_membership(case, item.happened_on), **_rules(item.happened_on),
        seen=_seen(case, item),
    )  # fmt: skip
    return {result.gate: result for result in answer_gates(facts)}


def files_that_may_show(case: Case) -> Sequence[Upload]:
    """Return the released files of a case: one of them may be what shows an item."""
    return list(files_of(case).filter(state="cleared"))


def _located(case: Case, item: Item, file: Upload | None, route: Route | None) -> dict[str, Any]:
    if file is None or Kind(file.kind) is Kind.LINK:
        return {"locator": item.locator, "route": route}  # without a capture nobody can say when, or by whom
    kind = Kind(file.kind)
    side = "the office" if file.case_id else "the sender" if file.submission_id else "the person complained about"
    # An act without an address is located by the mail that holds it, which bears a number of its own.
    located = item.kind != "act" or kind is Kind.MAIL
    return {
        "locator": item.locator, "captured_on": day_of(case, file.received_at) if located else None, "capturer": side,
        "original_bytes": kind in _AS_CAPTURED, "screenshot_only": kind not in _AS_CAPTURED,
        "route": route,
    }  # fmt: skip


def _membership(case: Case, acted_on: date | None) -> dict[str, Any]:
    look = Lookup.objects.filter(case=case).order_by("-made_at").first()
    if look is None:
        return {}
    result = MembershipResult(look.result)
    if result is MembershipResult.DECEASED:
        return {"deceased": True}
    if result is MembershipResult.NEVER:
        return {"ever_member": False}
    then, now = _MEMBER.get(result, (None, None))
    # It was looked up for one day; of another day it says nothing.
    return {"member_at_the_act": then if acted_on in (None, look.on_day) else None, "member_now": now}


def _rules(acted_on: date | None) -> dict[str, Any]:
    """Return since when there has been a rule on the day of the act; which one it is, an allegation names."""
    starts = [clause.since for clause in clauses_on(acted_on)] if acted_on is not None else []
    return {"rule_start": min(starts)} if starts else {}


def _seen(case: Case, item: Item) -> Seen | None:
    named = SubmissionItem.objects.filter(item=item).exclude(submission=case.submission_id)
    return None if named.exists() else Seen.NEW
