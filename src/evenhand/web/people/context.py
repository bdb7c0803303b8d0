"""What every page knows about who is looking at it: the links of the masthead."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from evenhand.web.people.middleware import standing
from evenhand.web.people.permissions import Permission
from evenhand.web.people.policy import may
from evenhand.web.people.roles import ROLES, Role
from evenhand.web.people.standing import Standing
from evenhand.web.ui.navigation import Entry, Link, Navigation, ShownTo, entries


def navigation(request: HttpRequest) -> dict[str, Navigation]:
    """Return the masthead's links for whoever is looking."""
    seen_by = standing(request) if hasattr(request, "standing") else None
    shown = [entry for entry in entries() if _shown(entry, seen_by)]
    links = tuple(_link(entry, request.path) for entry in shown)
    return {"navigation": Navigation(links, role_words(seen_by) if seen_by and seen_by.person else "")}


def _shown(entry: Entry, seen_by: Standing | None) -> bool:
    if entry.permission:
        return seen_by is not None and may(seen_by, Permission(entry.permission))
    signed_in = seen_by is not None and bool(seen_by.person)
    return entry.shown_to in {ShownTo.EVERYBODY, ShownTo.SIGNED_IN if signed_in else ShownTo.VISITORS}


def _link(entry: Entry, here: str) -> Link:
    href = reverse(entry.url_name)
    return Link(str(entry.text), href, current=href == here)


def role_words(seen_by: Standing) -> str:
    """Return a person's roles in words, "no role yet" where there is none: people are shown by role."""
    names = [str(ROLES[role].name) for role in Role if role in seen_by.roles]
    return ", ".join(names) or str(ROLES[Role.PUBLIC].name)


def landing(holds: Standing) -> str:
    """Return the address of the first room a person may enter, else of their account."""
    rooms = [entry for entry in entries() if entry.permission and _shown(entry, holds)]
    return reverse(rooms[0].url_name if rooms else "people_account")
