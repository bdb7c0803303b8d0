"""A new code for a party who lost theirs: the old one opens nothing from that moment, the new one goes to the address.

Nobody here learns it from a page: by e-mail it stands in the mail alone, by post in the letter that is printed. It goes
to the address on record and to no other, so it does not matter who asked; whoever left no address cannot get one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.access import code_digest, new_code
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Party
from evenhand.web.cases.periods import day_of, moment
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.one_side import OneSideForm
from evenhand.web.cases.steps.telling import tell
from evenhand.web.notices.composing import Fields
from evenhand.web.notices.words import By
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of

_ROLES: Final = frozenset({CaseRole.INTAKE})
APART: Final = timedelta(days=1)
CHANNELS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("telephone", gettext_lazy("By telephone")),
    ("letter", gettext_lazy("By letter or mail")),
    ("in_person", gettext_lazy("In person")),
)


def give_new_code(*, party: Party, channel: str, actor: ActorId, ctx: Context) -> None:
    """Replace a party's code and send the new one to its address on record (N20); sessions of the old one are over.

    `channel`: how they asked. Raises UsageError without an address, or less than a day after the code before.
    """
    if not has_address(party):
        raise UsageError(
            _("There is no address to send a code to."),
            mend=_("Whoever left none can send a new report and name the number of this one."),
        )
    if party.code_made_at is not None and ctx.now() < party.code_made_at + APART:
        raise UsageError(_("Their code is less than a day old."), mend=_("A new one can be given once a day."))
    code, today = new_code(ctx), day_of(party.case, ctx.now())
    by_mail = By(party.by) is By.MAIL
    with recording(actor=actor, ctx=ctx, purpose="a new code") as r:
        with acting(r, "party.recorded", case=party.case, obj=party.id) as act:
            act.fact(new_code=True, channel=channel)
            act.change(party, code_digest=code_digest(code), code_made_at=moment(ctx))

        def words() -> Fields:
            where = _("in the mail with which this letter came") if by_mail else _("at the foot of this letter")
            return {
                "receipt": _("A new code, because the old one was lost"), "due_date": today,
                "outcome": _("You have a new code. It stands %(where)s. The old one opens nothing any more.")
                % {"where": where},
                "identity_need": _("The code goes to the address that we have had for you, and to no other."),
            }  # fmt: skip

        tell(r, party, NoticeId.N20, words, ctx=ctx, code=code, code_in_letter=not by_mail)


def has_address(party: Party) -> bool:
    """Return whether a letter reaches the party without their code, in a way they chose."""
    return By(party.by) is not By.PAGE and bool(party.contact)


class NewCodeForm(OneSideForm):
    """Whose code, and how they asked."""

    party = one_of(gettext_lazy("Who has lost their code?"), missing=gettext_lazy("Choose one side."))
    channel = one_of(gettext_lazy("How did they ask?"), CHANNELS)


@page(Step("new-code", gettext_lazy("Give a new code to somebody who lost theirs"), roles=_ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """Ask whose code; on the answer the old one dies and the new one is on its way. It is shown to nobody here."""
    parties = {party.id: party for party in Party.objects.filter(case=here.case).select_related("case__submission")}
    sides = [(party.id, role_words(party.side)) for party in parties.values() if has_address(party)]
    form = NewCodeForm(here.request.POST if here.posted else None, sides=sides)
    if form.is_valid():
        said = form.cleaned_data
        give_new_code(party=parties[said["party"]], channel=said["channel"], actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("A new code is on its way. The old one opens nothing any more."))
        return here.done()
    return here.show("cases/steps/new_code.html", {"form": form, "sides": sides})
