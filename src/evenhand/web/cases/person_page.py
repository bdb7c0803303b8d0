"""The page on which one person asks that somebody's data goes, and a second one in the other role signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.person import called, find_person
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import standing
from evenhand.web.people.models import User
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId
from evenhand.web.ui.choices import Words, one_of
from evenhand.web.ui.fields import status_of
from evenhand.web.vault.people import (
    NO_ACCOUNT,
    NOBODY_NAMED,
    Asked,
    Person,
    Stays,
    ask_person,
    asked,
    person_of,
    sign_person,
    withdraw_person,
)
from evenhand.web.vault.words import Why

STAYS: dict[str, str | Promise] = {
    "open": gettext_lazy("it is not closed"),
    "held": gettext_lazy("it is under a legal hold"),
    "refused": gettext_lazy("one of the two who sign has a part in it"),
    "other_case": gettext_lazy("it rests on a post of theirs"),
    "roles": gettext_lazy("the person still holds a role"),
}
WHAT: dict[str, str | Promise] = {
    "case": gettext_lazy("Case"), "post": gettext_lazy("Case"), "posts": gettext_lazy("Number of posts"),
    "account": gettext_lazy("Account"),
}  # fmt: skip
WHY: Final[dict[Why, str | Promise]] = {
    Why.REQUEST: gettext_lazy("The person asked for it"),
    Why.RETENTION: gettext_lazy("It need not be kept any longer"),
}


def _lines(label: Words, hint: Words) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 3})
    )


class PersonForm(forms.Form):
    """Who is meant, and why."""

    names = _lines(gettext_lazy("Names"), gettext_lazy("As reports say them, one a line."))
    accounts = _lines(gettext_lazy("Accounts"), gettext_lazy("Such as x:@handle or x:8001, one a line."))
    contacts = _lines(gettext_lazy("Addresses"), gettext_lazy("From which the person wrote to us, one a line."))
    sign_in = forms.CharField(label=gettext_lazy("Sign-in name"), required=False, max_length=64)
    why = one_of(gettext_lazy("Why?"), [(why.value, words) for why, words in WHY.items()])

    def clean_accounts(self) -> str:
        """Refuse an account without its platform, and name it."""
        text = str(self.cleaned_data["accounts"])
        if wrong := [line for line in _several(text) if not all(line.partition(":"))]:
            raise forms.ValidationError(f"{NO_ACCOUNT} ({', '.join(wrong)})")
        return text

    def clean_sign_in(self) -> str:
        """Return the id of the account. A name that nobody signs in with is asked again."""
        name = self.cleaned_data["sign_in"].strip()
        found = User.objects.filter(username__iexact=name).values_list("pk", flat=True).first() if name else ""
        if found is None:
            raise forms.ValidationError(_("Nobody signs in with this name."))
        return str(found)

    def clean(self) -> dict[str, Any]:
        """Refuse a form that names nobody."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        named = [_several(str(self.data.get(field, ""))) for field in ("names", "accounts", "contacts", "sign_in")]
        if not any(named):
            self.add_error("names", str(NOBODY_NAMED))
        return said

    def person(self) -> Person:
        """Return who is meant."""
        names, accounts, contacts = (_several(self.cleaned_data[each]) for each in ("names", "accounts", "contacts"))
        return Person(names, accounts, contacts, self.cleaned_data["sign_in"])


def _several(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@dataclass(frozen=True, slots=True)
class Line:
    """One request as the page shows it; `rows`, who is meant and what would go, only where this reader opened it."""

    id: str
    at: datetime
    mine: bool
    signed: bool
    withdrawn: bool
    done_at: datetime | None
    rows: tuple[tuple[str, str], ...]
    stays: tuple[str, ...]


@never_cache
@require_http_methods(["GET", "POST"])
def _erasures(request: HttpRequest) -> HttpResponse:
    """Show the requests; open one, sign it, or ask for another. Opening one is a reading on the record."""
    ctx, who = Context.system(), ActorId(standing(request).person)
    if "sign" in request.POST:
        sign_person(request=request.POST["sign"], by=who, ctx=ctx, later=True)
        messages.success(request, _("Signed. What may go is erased now; what stays is named here."))
        return redirect("erasures")
    if "withdraw" in request.POST:
        withdraw_person(request=request.POST["withdraw"], by=who, ctx=ctx)
        messages.success(request, _("Withdrawn. Who was meant is deleted."))
        return redirect("erasures")
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _asked(form, who, ctx):
        messages.success(request, _("Asked. Nothing goes before somebody in the other role has signed."))
        return redirect("erasures")
    shown = request.GET.get("open", "")
    lines = [_line(each, who, shown, ctx) for each in asked()]
    return render(request, "cases/erasures.html", {"lines": lines, "form": form}, status=status_of(form))


def _asked(form: PersonForm, who: ActorId, ctx: Context) -> bool:
    """Ask for what a form says; False where it now says why that was refused."""
    try:
        ask_person(person=form.person(), why=Why(form.cleaned_data["why"]), by=who, ctx=ctx)
    except UsageError as refused:
        form.add_error("sign_in", str(refused))
        return False
    return True


def _line(row: Asked, who: str, shown: str, ctx: Context) -> Line:
    wanted = row.id == shown and not row.signed and not row.withdrawn
    person = person_of(row.id, actor=ActorId(who), ctx=ctx) if wanted else None
    stays = tuple(_stays(each) for each in row.stays)
    rows = _rows(person, str(WHY.get(row.why, ""))) if person else ()
    return Line(row.id, row.at, row.by == who, row.signed, row.withdrawn, row.done_at, rows, stays)


def _rows(person: Person, why: str) -> tuple[tuple[str, str], ...]:
    """Return what whoever signs has to know: who is meant as far as it was said, why, what would go and what stays."""
    found = find_person(person)
    sign_in = called("account", person.sign_in) if person.sign_in else ""
    said = (
        (_("Names"), ", ".join(person.names)),
        (_("Accounts"), ", ".join(person.accounts)),
        (_("Addresses"), ", ".join(person.contacts)),
        (_("Sign-in name"), sign_in),
        (_("Why?"), why),
        (_("Closed cases"), ", ".join(found.closed) or _("none")),
        (_("Cases that stay, because they are open"), ", ".join(found.others)),
        (_("Cases that stay, because they are under a legal hold"), ", ".join(found.held)),
        (_("Posts"), str(found.posts)),
    )
    return tuple((name, value) for name, value in said if value)


def _stays(stays: Stays) -> str:
    what, which, why = stays
    return f"{WHAT[what]} {called(what, which)}: {STAYS[why]}"


erasures = needs(Permission.SIGN_ERASURES)(_erasures)
