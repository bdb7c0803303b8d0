"""Who may sign a rule: two people in two roles (INV-06). Pure functions over what they hold at one moment."""

from __future__ import annotations

from django.utils.translation import gettext as _

from evenhand.errors import UsageError
from evenhand.web.people.permissions import CARRIED_BY, Permission
from evenhand.web.people.policy import may
from evenhand.web.people.roles import ROLES
from evenhand.web.people.standing import Standing

_SIGNING = CARRIED_BY[Permission.PUBLISH_RULES]


def check_signer(signer: Standing) -> None:
    """Raise UsageError for somebody who may not sign rules now."""
    if not may(signer, Permission.PUBLISH_RULES):
        raise UsageError(
            _("this person may not sign rules"),
            mend=_("It needs the permission %(name)s.") % {"name": Permission.PUBLISH_RULES.value},
        )


def check_signers(first: Standing, second: Standing) -> None:
    """Raise UsageError unless these are two people who may sign, in two different roles."""
    check_signer(first)
    check_signer(second)
    if first.person == second.person:
        raise UsageError(_("nobody signs twice"), mend=_("A second person has to read it and sign."))
    if len((first.roles | second.roles) & _SIGNING) < len((first, second)):
        roles = ", ".join(sorted(str(ROLES[role].name) for role in _SIGNING))
        raise UsageError(
            _("both hold the same role"), mend=_("One of each role has to sign: %(roles)s.") % {"roles": roles}
        )
