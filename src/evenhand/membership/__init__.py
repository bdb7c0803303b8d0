"""Membership: intervals from the register, and whether an account is a member's own.

    register = read_register(Path("register.csv")).whole()
    match = match_declared("harbour_voice", "x", register.declared, account_id="4711")
    lookup(register.intervals.get(match.member_ref), on=day_of_the_act, now=today)

A link is exact or there is none: nothing here compares names.
"""

from evenhand.membership.intervals import Interval, MemberRef, MembershipResult, Standing, lookup, standing
from evenhand.membership.matching import (
    Band,
    Declared,
    Match,
    blocking_index,
    match_declared,
    parse_declared,
    plain_account_id,
    plain_handle,
    plain_platform,
)
from evenhand.membership.register import Contact, Register, RowRefused, read_register

__all__ = [
    "Band",
    "Contact",
    "Declared",
    "Interval",
    "Match",
    "MemberRef",
    "MembershipResult",
    "Register",
    "RowRefused",
    "Standing",
    "blocking_index",
    "lookup",
    "match_declared",
    "parse_declared",
    "plain_account_id",
    "plain_handle",
    "plain_platform",
    "read_register",
    "standing",
]
