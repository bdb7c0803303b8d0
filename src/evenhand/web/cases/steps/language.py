"""In which language a party is written to: no register knows it, so the party says it, and its letters keep to it."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.acts import acting
from evenhand.web.cases.models import Party
from evenhand.web.cases.presenters.words import role_words
from evenhand.web.cases.steps.base import page
from evenhand.web.cases.steps.dialogue_page import ROLES
from evenhand.web.cases.steps.here import Here, Step
from evenhand.web.cases.steps.one_side import OneSideForm
from evenhand.web.notices.wording import LOCALES
from evenhand.web.record.ids import ActorId
from evenhand.web.record.unit import recording
from evenhand.web.ui.choices import one_of


def choose_language(*, party: Party, locale: str, actor: ActorId, ctx: Context) -> None:
    """Record the language of a party's letters from now on; what was sent stays as it was sent.

    `actor`: the party, or who wrote down what it said. Raises UsageError for a language nobody wrote letters in.
    """
    if locale not in LOCALES:
        raise UsageError(_("There are no letters in this language yet."), mend=_("Choose one from the list."))
    if locale == party.locale:
        return
    with (
        recording(actor=actor, ctx=ctx, purpose="language of letters") as r,
        acting(r, "party.recorded", case=party.case, obj=party.id) as act,
    ):
        act.change(party, locale=locale)


def name_of(locale: str) -> str:
    """Return the name of a language, in that language."""
    return str(get_language_info(locale)["name_local"])


def others_than(locale: str) -> list[tuple[str, str]]:
    """Return (language, its own name) of every language of letters but one."""
    return [(other, name_of(other)) for other in LOCALES if other != locale]


class LanguageForm(OneSideForm):
    """Whose letters, and in which language."""

    party = one_of(gettext_lazy("To whom?"), missing=gettext_lazy("Choose one side."))
    locale = one_of(
        gettext_lazy("In which language?"), [(locale, dict(settings.LANGUAGES)[locale]) for locale in LOCALES]
    )


@page(Step("language", gettext_lazy("Choose the language of a side’s letters"), roles=ROLES, anytime=True))
def view(here: Here) -> HttpResponse:
    """Take the language a side asked for by letter or telephone."""
    parties = {party.id: party for party in Party.objects.filter(case=here.case).select_related("case")}
    sides = [(party.id, f"{role_words(party.side)}: {name_of(party.locale)}") for party in parties.values()]
    form = LanguageForm(here.request.POST if here.posted else None, sides=sides)
    if form.is_valid():
        said = form.cleaned_data
        choose_language(party=parties[said["party"]], locale=said["locale"], actor=here.actor, ctx=here.ctx)
        messages.success(here.request, _("Their next letters are in that language."))
        return here.done()
    return here.show("cases/steps/language.html", {"form": form, "sides": sides})
