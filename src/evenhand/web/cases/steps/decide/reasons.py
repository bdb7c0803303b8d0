"""The statement of reasons: most fields flow from what was recorded, the chair types five (PROCEDURE §6.1)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.outcomes import Finding as Result
from evenhand.procedure.outcomes import StandardOfProof
from evenhand.procedure.reasons import (
    FIELD_WORDS,
    FIELDS,
    AllegationFinding,
    Answer,
    Contacts,
    Redress,
    RuleGround,
    StatementOfReasons,
    incomplete,
)
from evenhand.web.cases.acts import acting
from evenhand.web.cases.contacts import count_of
from evenhand.web.cases.models import (
    Allegation,
    AllegationItem,
    Case,
    Clock,
    Contact,
    Decision,
    Declaration,
    Finding,
    Outcome,
    Reply,
)
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.steps.panel.convene import PROFESSIONS, panel_of
from evenhand.web.notices.queries import letters_of_case, service_events
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.rules.queries import clause_text

PURPOSE: Final = "give the reasons"
NO_COMPARATOR: Final = "none"
NOT_SERVED: Final = "not_served"


@dataclass(frozen=True, slots=True)
class Typed:
    """What the chair types: the facts, what speaks for the person and was considered, the answer to each reply."""

    facts: str
    exculpatory: str
    answers: tuple[str, ...]
    redress_outside: str


def give_reasons(*, case: Case, typed: Typed, actor: ActorId, ctx: Context) -> None:
    """Save the statement of reasons. Raises UsageError naming every field that is missing; nothing is saved then."""
    statement = statement_of(case, typed, actor, ctx)
    if missing := incomplete(statement):
        words = "; ".join(_(FIELD_WORDS[name]) for name in missing)
        raise UsageError(_("The statement of reasons lacks: %(what)s") % {"what": words}, mend=_("Fill it in."))
    declared = Declaration.objects.filter(seat__in=panel_of(case), kind="contact", stage="T11")
    with (
        recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r,
        acting(r, "case.deliberation_recorded", case=case) as act,
    ):
        said = json.dumps(asdict(statement), ensure_ascii=False, sort_keys=True, default=str)
        act.insert(
            Decision(
                case=case, kind="sanction" if proved(case) else "not_proved", text=act.seal("decision.reasons", said),
                fields=",".join(FIELDS), contacts=count_of(case.id),
                declared_none=declared.filter(answer="none").count(), declared_seats=declared.count(),
                automated_detection=case.found_by_machine, redress_until=redress_day(case, ctx), made_at=moment(ctx),
            )
        )  # fmt: skip


def statement_of(case: Case, typed: Typed, actor: ActorId, ctx: Context) -> StatementOfReasons:
    """Return the statement as it stands: what was recorded, and what was typed."""
    rows = list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))
    findings = {row.allegation_id: row for row in Finding.objects.filter(allegation__in=rows)}
    outcome = Outcome.objects.filter(case=case).first()
    replies = list(Reply.objects.filter(case=case).exclude(text=None).order_by("at"))
    wanted = [row.reasons for row in findings.values()] + [reply.text for reply in replies if reply.text]
    wanted += [row.dissent for row in findings.values() if row.dissent]
    wanted += [outcome.reason] if outcome else []
    texts = open_texts(wanted, actor=actor, purpose=PURPOSE, ctx=ctx) if wanted else {}
    links = list(AllegationItem.objects.filter(allegation__in=rows).select_related("item"))
    begins = outcome.begins_on if outcome else day_of(case, moment(ctx))
    rung = Rung(outcome.rung) if outcome else Rung.NOTHING
    late = Clock.objects.filter(case=case, ended_at__isnull=False).exclude(escalated_at=None)
    return StatementOfReasons(
        decision_types=("finding", "what follows") if outcome else ("finding",),
        scope=_("membership of the organisation"),
        start=date_format(begins or day_of(case, moment(ctx))),
        duration_or_end=_ends(outcome),
        facts=typed.facts,
        source=_("the organisation itself") if case.own_motion else _("a report"),
        automated_detection=case.found_by_machine,
        automated_means_in_decision=False,
        rule_grounds=tuple(_rule(row, findings, texts) for row in rows),
        redress=Redress(
            internal=_("Ask that new people look at it again."), out_of_court=typed.redress_outside,
            court=_("A court, within the times of the law."), until=date_format(redress_day(case, ctx)),
        ),
        findings=tuple(_finding(row, findings, links, texts) for row in rows),
        evidence=tuple(f"{link.item_id} {link.item.item_hash}" for link in links),
        exculpatory_considered=typed.exculpatory,
        answers=tuple(
            Answer(texts.get(reply.text or "", ""), answer)
            for reply, answer in zip(replies, typed.answers, strict=False)
        ),
        nothing_represented=not replies,
        outcome=rung,
        factors=tuple(word for word in (outcome.factors if outcome else "").split(",") if word),
        no_factors=not (outcome and outcome.factors),
        comparators=(outcome.comparators if outcome else "") or NO_COMPARATOR,
        dissent="\n".join(texts.get(row.dissent, "") for row in findings.values() if row.dissent),
        panel=tuple(str(PROFESSIONS.get(seat.member.kind, seat.member.kind)) for seat in panel_of(case)),
        conflicts_declared=_("each of the three declared no link to anybody in this matter"),
        contacts=_contacts(case),
        service_dates=_service_dates(case),
        clocks_kept=tuple(_clock_names(case, late=False)) or (_("none had run out"),),
        clocks_missed=tuple(row.name for row in late),
    )  # fmt: skip


def proved(case: Case) -> bool:
    """Return whether any allegation of the case was found proved."""
    return Finding.objects.filter(allegation__case=case, result=Result.PROVED.value).exists()


def _ends(outcome: Outcome | None) -> str:
    if outcome is None:
        return _("nothing follows")
    if outcome.ends_on:
        return date_format(outcome.ends_on)
    return (
        _("at once")
        if outcome.spent_on is None
        else _("it is spent on %(day)s") % {"day": date_format(outcome.spent_on)}
    )


def _rule(row: Allegation, findings: dict[str, Finding], texts: dict[str, str]) -> RuleGround:
    clause = clause_text(row.clause_id)
    until = date_format(clause.until) if clause.until else _("still in force")
    why = texts.get(findings[row.id].reasons, "") if row.id in findings else ""
    return RuleGround(clause.slug, clause.version, clause.number, date_format(clause.since), until, why)


def _finding(
    row: Allegation, findings: dict[str, Finding], links: list[AllegationItem], texts: dict[str, str]
) -> AllegationFinding:
    found = findings.get(row.id)
    relied = tuple(link.item_id for link in links if link.allegation_id == row.id)
    if found is None:
        return AllegationFinding(str(row.number), None, None, (), "")
    return AllegationFinding(
        str(row.number),
        Result(found.result),
        StandardOfProof.BALANCE_OF_PROBABILITIES,
        relied,
        texts.get(found.reasons, ""),
    )


def contacts_now(case: Case) -> dict[str, Any]:
    """Return the part of the statement that says who spoke to the deciders, as it stands now."""
    return {"contacts": asdict(_contacts(case))}


def _contacts(case: Case) -> Contacts:
    counted = Contact.objects.filter(case=case, corrects=None).values_list("category").annotate(n=Count("id"))
    declared = Declaration.objects.filter(seat__in=panel_of(case), kind="contact", stage="T11")
    return Contacts(
        {str(category): int(n) for category, n in counted}, declared.filter(answer="none").count(), declared.count()
    )


def _service_dates(case: Case) -> tuple[str, ...]:
    """Return each letter and its day as codes: whoever reads the reasons reads them in their own language."""
    found = []
    for letter in letters_of_case(case.id):
        events = service_events(letter.id)
        day = day_of(case, events[0].at).isoformat() if events else NOT_SERVED
        found.append(f"{letter.notice.value} {day} {letter.side}")
    return tuple(found)


def _clock_names(case: Case, *, late: bool) -> list[str]:
    rows = Clock.objects.filter(case=case, ended_at__isnull=False)
    return sorted({row.name for row in rows if (row.escalated_at is not None) is late})


def redress_day(case: Case, ctx: Context) -> date:
    """Return until when new people can be asked to look, counted from now."""
    until = due_from(case, ClockId.APPEAL, moment(ctx)).bound
    return day_of(case, until or moment(ctx))
