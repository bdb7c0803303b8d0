"""Earlier findings against the same person, put together only when it was decided whether it happened (INV-21).

They lie under a key of their own, made now; before this no seat on it exists. What is spent is not among them (S5).
"""

from __future__ import annotations

import json

from evenhand.context import Context
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Allegation, Case, Outcome
from evenhand.web.cases.periods import moment
from evenhand.web.cases.seating import open_priors
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import create_key
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording


def show_priors(case: Case, ctx: Context) -> None:
    """Seal the earlier findings under a fresh key and open it to the panel. Nothing was found before: that is said."""
    case.refresh_from_db()
    key = create_key(ctx=ctx, scope=case.id, kind="case")
    with (
        recording(actor=SYSTEM, ctx=ctx, purpose="earlier findings") as r,
        acting(r, "disclosure.recorded", case=case) as act,
    ):
        sealed = act.seal("case.priors", json.dumps(_priors(case, ctx)), key=KeyId(key))
        act.change(case, priors_key=key, priors=sealed)
        open_priors(act, case, moment(ctx))


def _priors(case: Case, ctx: Context) -> list[dict[str, str]]:
    earlier = Case.objects.filter(subject_lookup=case.subject_lookup, received_at__lt=case.received_at)
    today = ctx.now().date()
    rows = Outcome.objects.filter(case__in=earlier.exclude(pk=case.pk)).exclude(spent_on__lt=today).exclude(rung="L0")
    rules = {row.case_id: row.clause_id.partition(":")[2] for row in Allegation.objects.filter(case__in=earlier)}
    return [
        {"rung": row.rung, "rule": rules.get(row.case_id, ""), "decided_on": row.decided_at.date().isoformat()}
        for row in rows.order_by("decided_at")
    ]


def priors_of(case: Case, actor: ActorId, ctx: Context) -> list[dict[str, str]] | None:
    """Return the earlier findings for a member who may know them now; None before the step that opens them."""
    if case.priors is None:
        return None
    texts = open_texts([case.priors], actor=actor, purpose="earlier findings", ctx=ctx)
    found: list[dict[str, str]] = json.loads(texts[case.priors])
    return found
