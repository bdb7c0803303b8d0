"""The blind half of T04: the assessor reads the tokenised copy and says what it shows, before the open file exists
for them. The keys of what was sent open with the very act that saves this."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django import forms
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import BlindRecord, Case
from evenhand.web.cases.periods import moment
from evenhand.web.cases.seating import open_file
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.record.ids import ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

STAGE: Final = "T04"
_PURPOSE: Final = "assess blind"


class Shown(StrEnum):
    """What the copy shows, if everything in it is so."""

    BREACH = "breach"
    PERHAPS = "perhaps"
    NOTHING = "nothing"


SHOWN_WORDS: Final[Mapping[Shown, str | Promise]] = {
    Shown.BREACH: gettext_lazy("If it is so, it breaks a rule"),
    Shown.PERHAPS: gettext_lazy("It may break a rule; something is missing"),
    Shown.NOTHING: gettext_lazy("Even if it is so, it breaks no rule"),
}


def record_blind(*, case: Case, shown: Shown, reason: str, blinded: bool, actor: ActorId, ctx: Context) -> None:
    """Save what the assessor says of the blind copy, and open the file to them in the same act."""
    if BlindRecord.objects.filter(case=case, stage=STAGE, person=actor).exists():
        raise UsageError(_("You have answered this already."), mend=_("Go on to the items."))
    with recording(actor=actor, ctx=ctx, purpose=_PURPOSE) as r, acting(r, "blind.recorded", case=case) as act:
        act.insert(
            BlindRecord(
                id=ctx.new_id(), case=case, stage=STAGE, person=actor, decision=shown.value,
                reason=act.seal("blind.reason", reason), blinded=blinded, at=moment(ctx),
            )
        )  # fmt: skip
        open_file(act, case, actor, CaseRole.ASSESSOR, moment(ctx))


def blind_of(case: Case, person: str) -> BlindRecord | None:
    """Return what this person said of the blind copy, if they have."""
    return BlindRecord.objects.filter(case=case, stage=STAGE, person=person).first()


class BlindForm(forms.Form):
    """What the copy shows, why, and whether it was blind at all."""

    shown = one_of(gettext_lazy("What does this show?"), [(word.value, words) for word, words in SHOWN_WORDS.items()])
    reason = forms.CharField(
        label=gettext_lazy("Why, in a sentence or two"), widget=forms.Textarea, max_length=5000,
        error_messages={"required": gettext_lazy("Say why in a sentence.")},
    )  # fmt: skip
    not_blind = forms.BooleanField(
        required=False, label=gettext_lazy("I could tell who is meant, or which side they are on"),
        help_text=gettext_lazy("That is counted, never held against you."),
    )  # fmt: skip


@page(
    Step(
        "blind", gettext_lazy("Read the blind copy first"), frozenset({State.MEMBERSHIP_CHECK}),
        frozenset({CaseRole.ASSESSOR}),
    )
)  # fmt: skip
def view(here: Here) -> HttpResponse:
    """Show the tokenised copy and take the assessor's word on it."""
    form = BlindForm(here.request.POST if here.posted else None)
    if form.is_valid():
        said = form.cleaned_data
        record_blind(
            case=here.case, shown=Shown(said["shown"]), reason=said["reason"], blinded=not said["not_blind"],
            actor=here.actor, ctx=here.ctx,
        )  # fmt: skip
        return here.done()
    texts = open_texts([here.case.blind_text], actor=here.actor, purpose=_PURPOSE, ctx=here.ctx)
    done = blind_of(here.case, here.actor) is not None
    text = texts.get(here.case.blind_text or "", "")
    return here.show("cases/steps/assess_blind.html", {"form": form, "text": text, "answered": done})
