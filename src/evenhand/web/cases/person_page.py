"""The page on which one person asks that somebody's data goes, and a second one in the other role signs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
from evenhand.web.cases.person import Found, find_person
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import standing
from evenhand.web.people.models import User
from evenhand.web.people.permissions import Permission
from evenhand.web.record.ids import ActorId
from evenhand.web.ui.choices import Words, one_of
from evenhand.web.ui.fields import status_of
from evenhand.web.vault.people import Asked, Person, Stays, ask_person, asked, person_of, sign_person
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
    why = one_of(
        gettext_lazy("Why?"),
        [
            (Why.REQUEST.value, gettext_lazy("The person asked for it")),
            (Why.RETENTION.value, gettext_lazy("It need not be kept any longer")),
        ],
    )

    def clean_sign_in(self) -> str:
        """Return the id of the account. A name that nobody signs in with is asked again."""
        name = self.cleaned_data["sign_in"].strip()
        found = User.objects.filter(username__iexact=name).values_list("pk", flat=True).first() if name else ""
        if found is None:
            raise forms.ValidationError(_("Nobody signs in with this name."))
        return str(found)

    def person(self) -> Person:
        """Return who is meant."""

        def several(field: str) -> tuple[str, ...]:
            return tuple(line.strip() for line in self.cleaned_data[field].splitlines() if line.strip())

        return Person(several("names"), several("accounts"), several("contacts"), self.cleaned_data["sign_in"])


@dataclass(frozen=True, slots=True)
class Line:
    """One request as the page shows it; `person`, `found` only where this reader opened it."""

    id: str
    at: datetime
    mine: bool
    signed: bool
    done_at: datetime | None
    person: Person | None
    found: Found | None
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
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        ask_person(person=form.person(), why=Why(form.cleaned_data["why"]), by=who, ctx=ctx)
        messages.success(request, _("Asked. Nothing goes before somebody in the other role has signed."))
        return redirect("erasures")
    shown = request.GET.get("open", "")
    lines = [_line(each, who, shown, ctx) for each in asked()]
    return render(request, "cases/erasures.html", {"lines": lines, "form": form}, status=status_of(form))


def _line(row: Asked, who: str, shown: str, ctx: Context) -> Line:
    wanted = row.id == shown and not row.signed
    person = person_of(row.id, actor=ActorId(who), ctx=ctx) if wanted else None
    found = find_person(person) if person else None
    stays = tuple(_stays(each) for each in row.stays)
    return Line(row.id, row.at, row.by == who, row.signed, row.done_at, person, found, stays)


def _stays(stays: Stays) -> str:
    what, which, why = stays
    return f"{WHAT[what]} {which}: {STAYS[why]}"


erasures = needs(Permission.SIGN_ERASURES)(_erasures)
