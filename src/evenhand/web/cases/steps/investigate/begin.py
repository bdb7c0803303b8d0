"""Opening the investigation: the person complained about becomes a party and gets N3; the sender gets N3c."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import ActType, Rung
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.access import code_digest, new_code
from evenhand.web.cases.acts import Act, acting
from evenhand.web.cases.contacts import unfiled
from evenhand.web.cases.disclosure import disclose
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Identity, Lookup, Party
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.identity import line_waits, may_be_named, met_before_naming
from evenhand.web.cases.steps.investigate.allege import support_of
from evenhand.web.cases.steps.scope import draw_or_wait
from evenhand.web.cases.steps.telling import tell, tell_sender
from evenhand.web.cases.steps.withdraw import asked
from evenhand.web.notices.composing import Fields
from evenhand.web.notices.wording import first_locale
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.seats import grant_seat
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.register.members import contact_of, fact_digest, second_fact
from evenhand.web.rules.queries import ClauseText, clause_text

_PURPOSE: Final = "open an investigation"


@dataclass(frozen=True, slots=True)
class Respondent:
    """What the register gives for the person: how to reach them, and the fact asked beside the code."""

    name: str
    contact: str
    by: str
    fact: str | None


def met(case: Case, ctx: Context, actor: str) -> frozenset[str]:
    """Return which guards of T06 hold now."""
    rows = list(Allegation.objects.filter(case=case, drop_reason=None))
    held = set(met_before_naming(case, ctx))
    if rows:
        held |= {"rule_in_force", "most_that_can_follow_named"}  # an allegation cannot be set without both
    if rows and all(support_of(row).supported for row in rows):
        held.add("allegation_supported")
    if not unfiled(case.id, actor):
        held |= {"contacts_reviewed", "contacts_filed"}
    return frozenset(held)


def begin(*, case: Case, actor: ActorId, ctx: Context) -> str:
    """Take T06: the investigator is drawn, the person complained about is told by N3, the sender by N3c.

    Return the one-time code that stands in N3, which is kept nowhere but in the letter.

    Everything in one unit of work: an N3 that lacks what it must say leaves the case where it was.
    """
    found = _respondent(case, actor, ctx)
    texts = _particulars(case, actor, ctx)
    code = new_code(ctx)
    draw_or_wait(case, CaseRole.INVESTIGATOR, ctx)
    case.refresh_from_db()
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r:
        rows = list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))
        pub = (
            {"code": bytes.fromhex(rows[0].clause_id.partition(":")[0])}
            if rows
            else {"code": bytes.fromhex(case.procedure)}
        )
        with acting(r, "party.recorded", case=case) as act:
            party = _party(act, case, found, code, ctx)
        with acting(r, "case.assessment_recorded", case=case, pub=pub) as act:
            links = AllegationItem.objects.filter(allegation__in=rows).select_related("item")
            disclose(act, party, links, moment(ctx))
            guards = met(case, ctx, actor) | {"investigator_drawn"}
            move(act, case, "T06", target=State.UNDER_INVESTIGATION, role=CaseRole.ASSESSOR, met=guards, ctx=ctx)
        _tell(r, party, code, rows, texts, ctx=ctx)
    return code


def _respondent(case: Case, actor: ActorId, ctx: Context) -> Respondent:
    """Return what is known of the person; without an entry in the register the letter goes by post, by hand."""
    look = Lookup.objects.filter(case=case).order_by("-made_at").first()
    texts = open_texts([case.subject_name, *([look.evidence] if look else [])], actor=actor, purpose=_PURPOSE, ctx=ctx)
    name = texts.get(case.subject_name, "")
    member = json.loads(texts[look.evidence])["member"] if look and look.evidence in texts else None
    if member is None:
        return Respondent(name, "", "post", None)
    purpose = f"notice {case.id}"
    known = contact_of(member, actor=actor, purpose=purpose, ctx=ctx)
    fact = second_fact(member, actor=actor, purpose=purpose, ctx=ctx)
    return Respondent(known.name or name, known.email, "mail" if known.email else "post", fact.answer)


def _party(act: Act, case: Case, found: Respondent, code: str, ctx: Context) -> Party:
    new = ActorId(ctx.new_id())
    grant_seat(act.r, key=KeyId(case.key), actor=new, role=CaseRole.RESPONDENT.value, since=moment(ctx))
    return act.insert(
        Party(
            id=new, case=case, side=CaseRole.RESPONDENT.value, key=case.key, by=found.by,
            locale=first_locale(settings.HOME),  # no register knows a language; they choose theirs behind the code
            name=act.seal("party.name", found.name) if found.name else None,
            contact=act.seal("party.contact", found.contact) if found.contact else None,
            code_digest=code_digest(code), code_made_at=moment(ctx), joined_at=moment(ctx),
            second_digest=fact_digest(new, found.fact) if found.fact else None,
        )
    )  # fmt: skip


def _particulars(case: Case, actor: ActorId, ctx: Context) -> dict[str, str]:
    rows = Allegation.objects.filter(case=case, drop_reason=None)
    wanted = [row.particulars for row in rows]
    links = AllegationItem.objects.filter(allegation__in=rows).select_related("item")
    wanted += [link.item.locator for link in links]
    shown = Identity.objects.filter(case=case).first()
    wanted += [shown.protection_reason] if shown and shown.protection_reason else []
    return open_texts(wanted, actor=actor, purpose=_PURPOSE, ctx=ctx) if wanted else {}


def _tell(r: Recorder, party: Party, code: str, rows: list[Allegation], texts: dict[str, str], *, ctx: Context) -> None:
    case = party.case
    withheld = not may_be_named(case)

    def to_respondent() -> Fields:
        return letter_fields(case, rows, texts, ctx) | _who(case, withheld=withheld)

    def to_sender() -> Fields:
        until = due_from(case, ClockId.INVESTIGATION, moment(ctx)).aim
        again = _("You hear from us again by %(day)s.") % {"day": date_format(day_of(case, until))} if until else ""
        return {
            "rules_concerned": [f"{found.number} {found.title}" for found in map(_clause, rows)],
            "timetable": again,
        }

    tell(r, party, NoticeId.N3, to_respondent, ctx=ctx, code=code, withheld=withheld)
    tell_sender(r, case, NoticeId.N3C, to_sender, ctx=ctx)


def letter_fields(case: Case, rows: list[Allegation], texts: dict[str, str], ctx: Context) -> dict[str, Any]:
    """Return what N3 says of the allegations, in the reader's language: act, rule that day, the most, one date."""
    clauses = [_clause(row) for row in rows]
    first, clause = rows[0], clauses[0]
    places = {
        row.id: [
            texts.get(link.item.locator, "")
            for link in AllegationItem.objects.filter(allegation=row).select_related("item")
        ]
        for row in rows
    }
    until = due_from(case, ClockId.INVESTIGATION, moment(ctx)).aim
    most = max((Rung(row.most_that_can_follow) for row in rows), key=lambda rung: rung.height)
    return {
        "front_act": front_act(first),
        "front_rule": f"{clause.number} {clause.title}",
        "front_most_that_can_follow": _(most.words),
        "front_one_date": day_of(case, until) if until else "",
        "allegation_what": [texts.get(row.particulars, "") for row in rows],
        "allegation_where": [", ".join(places[row.id]) for row in rows],
        "allegation_when": [row.conduct_on for row in rows],
        "rule_text": [found.text for found in clauses],
        "rule_id": [found.number for found in clauses],
        "rule_version": [found.version for found in clauses],
        "rule_in_force_interval": [interval_words(found) for found in clauses],
        "automated_detection": case.found_by_machine,
        "dates": [_("You hear from us again by %(day)s.") % {"day": date_format(day_of(case, until))}] if until else [],
    }


def front_act(row: Allegation) -> str:
    """Return the act in one line, as the first page says it."""
    day = date_format(row.conduct_on)
    words = {
        ActType.WROTE: _("something you are said to have written on %(day)s"),
        ActType.SHARED_WITH_COMMENT: _("something you are said to have shared with a comment on %(day)s"),
        ActType.SHARED: _("something you are said to have shared on %(day)s"),
        ActType.LIKED: _("something you are said to have liked on %(day)s"),
        ActType.BELONGED: _("a group you are said to have belonged to on %(day)s"),
        ActType.LEFT_UP: _("something you are said to have left up on %(day)s"),
    }
    return words[ActType(row.act_type)] % {"day": day}


def interval_words(clause: ClauseText) -> str:
    """Return since when, and until when, a rule was in force."""
    since = date_format(clause.since)
    if clause.until is None:
        return _("since %(since)s") % {"since": since}
    return _("from %(since)s to %(until)s") % {"since": since, "until": date_format(clause.until)}


def _who(case: Case, *, withheld: bool) -> dict[str, Any]:
    if not withheld:
        return {
            "who_complains": _(
                "The person it was aimed at. Their name stands in what is alleged, with their agreement."
            )
        }
    row = Identity.objects.filter(case=case).first()
    reason = (
        _("Their identity is protected, for a reason that is recorded.")
        if row is not None and row.protection == "granted"
        else _("They saw it and are not the person it was aimed at, or have not agreed to be named.")
    )
    return {
        "who_complains": _("Somebody whose name is not given."), "withheld_reason": reason,
        "withheld_approver": _("two people of the unit, each for themselves"),
    }  # fmt: skip


def _clause(row: Allegation) -> ClauseText:
    return clause_text(row.clause_id)


@page(
    Step(
        "investigate", gettext_lazy("Open the investigation and tell both sides"),
        frozenset({State.EVIDENCE_ASSESSMENT}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show what still stands in the way; where nothing does, a press opens it and both letters go out."""
    from evenhand.procedure.guards import words_of
    from evenhand.procedure.transitions import find

    edge = find(State.EVIDENCE_ASSESSMENT, State.UNDER_INVESTIGATION)
    held = met(here.case, here.ctx, here.actor) | {"investigator_drawn"}
    missing = [_(words_of(guard)) for guard in (edge.guards if edge else ()) if guard not in held]
    if (back := asked(here.case)) is not None and back.stops_naming(here.ctx.now()):
        missing.append(_("the sender has asked to take the report back; nobody is told meanwhile."))
    if "identity_step_done" not in held and line_waits(here.case):
        missing.append(_("the sender has written since they were asked; write back, and say until when they have."))
    if here.posted:
        if missing:
            raise UsageError(_("This cannot be done yet: %(what)s") % {"what": " ".join(missing)})
        begin(case=here.case, actor=here.actor, ctx=here.ctx)
        return here.done()
    rows = Allegation.objects.filter(case=here.case).order_by("number")
    facts = [(str(row.number), _(support_of(row).why)) for row in rows]
    return here.show("cases/steps/investigate.html", {"missing": missing, "facts": facts})
