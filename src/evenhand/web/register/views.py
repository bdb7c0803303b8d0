"""The register's page: check a file, then load it. Officers only; nothing of a member is ever shown here."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from evenhand.context import Context
from evenhand.errors import Ambiguous
from evenhand.web.people.gates import needs
from evenhand.web.people.middleware import actor_of
from evenhand.web.people.permissions import Permission
from evenhand.web.register.actions import load, preview
from evenhand.web.register.forms import CheckForm, LoadForm
from evenhand.web.register.presenters import changes, loaded_words, register_page


@require_GET
def _page(request: HttpRequest) -> HttpResponse:
    """Show when the register was loaded, and the form for a new file."""
    return render(request, "register/page.html", {"page": register_page(), "form": CheckForm()})


@require_POST
def _check(request: HttpRequest) -> HttpResponse:
    """Say what a file would change; nothing is changed and the file is not kept."""
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "register/page.html", {"page": register_page(), "form": form}, status=422)
    seen = preview(register=form.register, actor=actor_of(request), ctx=Context.system())
    again = LoadForm(initial={"checked": form.mark})
    return render(request, "register/load.html", {"rows": changes(seen), "missing": seen.missing, "form": again})


@require_POST
def _load(request: HttpRequest) -> HttpResponse:
    """Load the file that was checked, and go back to the page."""
    form = LoadForm(request.POST, request.FILES)
    if form.is_valid():
        since, removing = form.cleaned_data["known_since"], form.cleaned_data["remove_missing"]
        try:
            done = load(
                register=form.register, actor=actor_of(request), ctx=Context.system(), known_since=since,
                remove_missing=removing,
            )  # fmt: skip
        except Ambiguous as question:
            form.add_error("remove_missing", f"{question.what} {question.mend}")
        else:
            messages.success(request, loaded_words(done))
            return redirect("register")
    return render(request, "register/load.html", {"rows": [], "missing": 1, "form": form}, status=422)


page = needs(Permission.LOAD_REGISTER)(_page)
check = needs(Permission.LOAD_REGISTER)(_check)
load_file = needs(Permission.LOAD_REGISTER)(_load)
