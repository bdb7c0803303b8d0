"""T08: the formal allegations with everything relied on, what speaks for the person, and fourteen days to answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.codes import Rung
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.disclosure import disclose
from evenhand.web.cases.engine import move
from evenhand.web.cases.models import Allegation, AllegationItem, Case, Party, Search
from evenhand.web.cases.periods import day_of, due_from, moment
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.charge.facts import code_of
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.investigate.begin import front_act
from evenhand.web.cases.steps.telling import tell, tell_sender
from evenhand.web.notices.composing import Fields
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.rules.queries import clause_text


def set_formal(*, case: Case, actor: ActorId, ctx: Context) -> None:
    """Take T08 twice in one unit: the allegations become formal, N5 and N5c go out, the reply window waits for service.

    UsageError while no search is recorded: nobody is accused before somebody looked for what speaks for them.
    """
    if not Search.objects.filter(case=case).exists():
        raise UsageError(_("Nobody has searched for what speaks for them."), mend=_("Record at least one search."))
    texts = _texts(case, actor, ctx)
    with recording(actor=actor, ctx=ctx, purpose="formal allegations") as r:
        rows = list(Allegation.objects.filter(case=case, drop_reason=None).order_by("number"))
        with acting(r, "case.allegations_set", case=case, pub={"code": bytes.fromhex(code_of(case))}) as act:
            for row in rows:
                act.change(row, formal_at=moment(ctx))
            links = AllegationItem.objects.filter(allegation__in=rows, disclosed_at=None, gist=None)
            disclose(act, Party.objects.get(case=case, side="respondent"), links.select_related("item"), moment(ctx))
            met = {
                "rule_in_force", "particulars_given", "evidence_disclosed", "exculpatory_search",
                "most_that_can_follow_named", "contacts_filed",
            }  # fmt: skip
            move(act, case, "T08", target=State.CHARGED, role=CaseRole.CHARGE_ASSESSOR, met=met, ctx=ctx)
            _tell(r, case, rows, texts, ctx)
            met = {"charge_served"}
            move(act, case, "T08", target=State.REPLY_WINDOW, role=CaseRole.CHARGE_ASSESSOR, met=met, ctx=ctx)


def _texts(case: Case, actor: ActorId, ctx: Context) -> dict[str, str]:
    rows = Allegation.objects.filter(case=case, drop_reason=None)
    links = AllegationItem.objects.filter(allegation__in=rows).select_related("item")
    searches = Search.objects.filter(case=case)
    wanted = [row.particulars for row in rows] + [link.item.locator for link in links]
    wanted += [text for search in searches for text in (search.what, search.result)]
    return open_texts(wanted, actor=actor, purpose="formal allegations", ctx=ctx)


def _tell(r: Recorder, case: Case, rows: list[Allegation], texts: dict[str, str], ctx: Context) -> None:
    party = Party.objects.select_related("case").get(case=case, side=CaseRole.RESPONDENT.value)
    until = due_from(case, ClockId.REPLY, moment(ctx)).bound
    day = day_of(case, until) if until else None

    def to_respondent() -> Fields:
        return bundle_fields(case, rows, texts) | {"reply_date": day, "front_one_date": day}

    def to_sender() -> Fields:
        return {"timetable": _("The answer is due by %(day)s.") % {"day": date_format(day)} if day else ""}

    tell(r, party, NoticeId.N5, to_respondent, ctx=ctx)
    tell_sender(r, case, NoticeId.N5C, to_sender, ctx=ctx)


def bundle_fields(case: Case, rows: list[Allegation], texts: dict[str, str]) -> dict[str, Any]:
    """Return what N5 says of the allegations and the bundle: every item with its place in the log, every search."""
    clause = clause_text(rows[0].clause_id)
    most = max((Rung(row.most_that_can_follow) for row in rows), key=lambda rung: rung.height)
    links = AllegationItem.objects.filter(allegation__in=rows).select_related("item").order_by("item__first_seen_at")
    items = {link.item_id: link.item for link in links}
    searches = list(Search.objects.filter(case=case).order_by("made_at"))
    good = [texts.get(search.result, "") for search in searches if search.found == "something"]
    return {
        "front_act": front_act(rows[0]),
        "front_rule": f"{clause.number} {clause.title}",
        "front_most_that_can_follow": _(most.words),
        "particulars": [texts.get(row.particulars, "") for row in rows],
        "evidence_hashes": [f"{texts.get(item.locator, '')} · {item.item_hash}" for item in items.values()],
        "exculpatory_evidence": good or [_("Nothing was found. Tell us what we have missed.")],
        "searches_made": [f"{texts.get(search.what, '')}: {texts.get(search.result, '')}" for search in searches],
    }


@page(
    Step(
        "formal", gettext_lazy("Send the formal allegations"), frozenset({State.CASE_TO_ANSWER}),
        frozenset({CaseRole.CHARGE_ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show what will be sent; a press sends it."""
    if here.posted:
        set_formal(case=here.case, actor=here.actor, ctx=here.ctx)
        return here.done()
    rows = list(Allegation.objects.filter(case=here.case, drop_reason=None).order_by("number"))
    texts = _texts(here.case, here.actor, here.ctx)
    searches = Search.objects.filter(case=here.case).count()
    context = {"particulars": [texts.get(row.particulars, "") for row in rows], "searches": searches}
    return here.show("cases/steps/formal.html", context)
