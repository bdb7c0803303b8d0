"""The pages of one's own account. Signing in and the second step are allauth's views with our templates."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from evenhand.web.people.gates import signed_in
from evenhand.web.people.middleware import standing
from evenhand.web.people.presenters import account_page


@signed_in
def account(request: HttpRequest) -> HttpResponse:
    """Show a person their own roles and how their sign-in is protected."""
    person = request.user
    assert person.is_authenticated
    return render(request, "people/account.html", {"page": account_page(person, standing(request))})
