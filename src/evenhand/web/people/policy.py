"""May this person do that? Pure functions over what a person holds at one moment."""

from __future__ import annotations

from evenhand.errors import UsageError
from evenhand.web.people.permissions import CARRIED_BY, LEFT_WHEN_RESTRICTED, Permission
from evenhand.web.people.roles import ROLES, Role, clash, require_mfa
from evenhand.web.people.standing import PersonId, Standing

__all__ = ["PersonId", "Standing", "check_grant", "may"]


def may(standing: Standing, permission: Permission) -> bool:
    """Return whether a person with this standing may do this now.

    A restricted office takes away everything but LEFT_WHEN_RESTRICTED; a role that needs the second step
    carries nothing before it.
    """
    if standing.restricted and permission not in LEFT_WHEN_RESTRICTED:
        return False
    carrying = CARRIED_BY[permission] & standing.roles
    return any(standing.second_step or not require_mfa(role) for role in carrying)


def check_grant(*, role: Role, held: frozenset[Role]) -> None:
    """Raise UsageError where a role cannot be granted to a person who holds these."""
    if not ROLES[role].granted:
        raise UsageError(
            f"The role {role.value} is never granted.",
            mend="It follows from a mandate or is everybody's; record the mandate instead.",
        )
    if role in held:
        raise UsageError(f"The person already holds the role {role.value}.", mend="Nothing needs doing.")
    found = clash(role, held)
    if found:
        other, rule = found
        raise UsageError(
            f"The role {role.value} cannot be held together with {other.value}.",
            mend=f"{rule.why} End the other role first, or choose another person.",
        )
