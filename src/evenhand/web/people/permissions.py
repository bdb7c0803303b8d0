"""What can be done, as data: each permission in plain English, and which roles carry it."""

from __future__ import annotations

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.web.people.roles import OUTSIDE, Role


class Permission(StrEnum):
    """One thing a page or a verb may ask for. Rooms built later add theirs here, with a description."""

    SEE_LEADS = "see_leads"
    DISPOSE_LEADS = "dispose_leads"
    IMPORT_POSTS = "import_posts"
    MANAGE_ROLES = "manage_roles"
    RECORD_MANDATES = "record_mandates"
    SEE_CASES = "see_cases"
    WORK_CASES = "work_cases"
    ASSESS_CHARGES = "assess_charges"
    SIT_ON_PANEL = "sit_on_panel"
    REVIEW = "review"
    AUDIT = "audit"
    KEEP_CASES = "keep_cases"
    FILE_CONTACT_NOTE = "file_contact_note"
    RING_PEOPLE = "ring_people"
    MANAGE_POOL = "manage_pool"
    SIGN_ERASURES = "sign_erasures"
    PUBLISH_RULES = "publish_rules"
    LOAD_REGISTER = "load_register"
    SIGN_HOLDS = "sign_holds"


PERMISSIONS: dict[Permission, str | Promise] = {
    Permission.SEE_LEADS: _("See the leads of the desk, with their text when asked for."),
    Permission.DISPOSE_LEADS: _("Say of a lead that it is not abuse, with a reason."),
    Permission.IMPORT_POSTS: _("Bring in an export, with the lawful basis that was recorded for it."),
    Permission.MANAGE_ROLES: _("Give a role to a person, or end one; never to themselves."),
    Permission.RECORD_MANDATES: _("Record that a person holds an office, from when and until when."),
    Permission.SEE_CASES: _("Open the cases in which they hold a seat; for anybody else such a case is not there."),
    Permission.WORK_CASES: _("Take a case in, assess or investigate it: whichever one part they were given in it."),
    Permission.ASSESS_CHARGES: _("Decide whether there is a case to answer, where they were drawn for that."),
    Permission.SIT_ON_PANEL: _("Decide a case together with two others, where they were drawn for that."),
    Permission.REVIEW: _("Confirm a decision or send it back, where they were drawn for that."),
    Permission.AUDIT: _("See what is overdue, what was re-allocated, what was read and what was changed."),
    Permission.KEEP_CASES: _("Find somebody for an empty seat, keep the secrets of draws, sign holds a second time."),
    Permission.FILE_CONTACT_NOTE: _("Put on record that somebody spoke to them, or they to somebody, about a case."),
    Permission.RING_PEOPLE: _("Ring whoever finds it hard, and say what came of it. Nobody who decides sees it."),
    Permission.MANAGE_POOL: _("Record who was appointed to the pool, by which body, and who is trained until when."),
    Permission.SIGN_ERASURES: _("Ask that one person's data is erased, or sign it; it takes two people in two roles."),
    Permission.PUBLISH_RULES: _("Sign a version of the code or of the procedure; it takes two people in two roles."),
    Permission.SIGN_HOLDS: _("Ask for, sign, review or release a legal hold; it takes two people in two roles."),
    Permission.LOAD_REGISTER: _("Load the register of members; look somebody up in it for one case."),
}

# Whoever can hold a seat in a case, and so can be spoken to about it.
_SEATED = OUTSIDE | {Role.OFFICER, Role.DPO, Role.LIAISON}

CARRIED_BY: dict[Permission, frozenset[Role]] = {
    Permission.SEE_LEADS: frozenset({Role.OFFICER}),
    Permission.DISPOSE_LEADS: frozenset({Role.OFFICER}),
    Permission.IMPORT_POSTS: frozenset({Role.OFFICER}),
    Permission.MANAGE_ROLES: frozenset({Role.SYSADMIN}),
    Permission.RECORD_MANDATES: frozenset({Role.SYSADMIN, Role.CASE_KEEPER}),
    Permission.SEE_CASES: _SEATED,
    Permission.WORK_CASES: frozenset({Role.OFFICER}),
    Permission.ASSESS_CHARGES: frozenset({Role.CHARGE_ASSESSOR}),
    Permission.SIT_ON_PANEL: frozenset({Role.PANEL}),
    Permission.REVIEW: frozenset({Role.REVIEWER}),
    Permission.AUDIT: frozenset({Role.AUDITOR}),
    Permission.KEEP_CASES: frozenset({Role.CASE_KEEPER}),
    Permission.FILE_CONTACT_NOTE: _SEATED | {Role.AUDITOR, Role.CASE_KEEPER, Role.WELFARE, Role.RESTRICTED},
    Permission.RING_PEOPLE: frozenset({Role.WELFARE}),
    Permission.MANAGE_POOL: frozenset({Role.CASE_KEEPER}),
    Permission.SIGN_ERASURES: frozenset({Role.DPO, Role.CASE_KEEPER}),
    Permission.PUBLISH_RULES: frozenset({Role.OFFICER, Role.CASE_KEEPER}),
    Permission.LOAD_REGISTER: frozenset({Role.OFFICER}),
    Permission.SIGN_HOLDS: frozenset({Role.DPO, Role.CASE_KEEPER}),
}

# What is left to a person while a restricted mandate runs (INV-01), whatever roles they hold: a note that they spoke
# to somebody. A complaint and the view of their own case are open to them as to everybody: by the public pages and
# the code of their side, not by a permission.
LEFT_WHEN_RESTRICTED: frozenset[Permission] = frozenset({Permission.FILE_CONTACT_NOTE})
