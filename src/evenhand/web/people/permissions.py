"""What can be done, as data: each permission in plain English, and which roles carry it."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.web.people.roles import Role


class Permission(StrEnum):
    """One thing a page or a verb may ask for. Rooms built later add theirs here, with a description."""

    SEE_LEADS = "see_leads"
    DISPOSE_LEADS = "dispose_leads"
    IMPORT_POSTS = "import_posts"
    MANAGE_ROLES = "manage_roles"
    RECORD_MANDATES = "record_mandates"


PERMISSIONS: dict[Permission, str | Promise] = {
    Permission.SEE_LEADS: _("See the leads of the desk, with their text when asked for."),
    Permission.DISPOSE_LEADS: _("Say of a lead that it is not abuse, with a reason."),
    Permission.IMPORT_POSTS: _("Bring in an export, with the lawful basis that was recorded for it."),
    Permission.MANAGE_ROLES: _("Give a role to a person, or end one; never to themselves."),
    Permission.RECORD_MANDATES: _("Record that a person holds an office, from when and until when."),
}

CARRIED_BY: dict[Permission, frozenset[Role]] = {
    Permission.SEE_LEADS: frozenset({Role.OFFICER}),
    Permission.DISPOSE_LEADS: frozenset({Role.OFFICER}),
    Permission.IMPORT_POSTS: frozenset({Role.OFFICER}),
    Permission.MANAGE_ROLES: frozenset({Role.SYSADMIN}),
    Permission.RECORD_MANDATES: frozenset({Role.SYSADMIN, Role.CASE_KEEPER}),
}

# What is left to a person while a restricted mandate runs (INV-01), whatever roles they hold: nothing yet. A note
# of contact, a complaint and the view of one's own case as a party come here with their rooms.
LEFT_WHEN_RESTRICTED: frozenset[Permission] = frozenset()
