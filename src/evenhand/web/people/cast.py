"""The standing cast: one person of each kind, with real second steps. The demo signs in with them, the tests too.

Fictional by construction: they have a sign-in name that says what they are, and no other.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.actions import create_person, grant_role, record_mandate
from evenhand.web.people.models import User
from evenhand.web.people.roles import Office, Role, require_mfa
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording

PERIOD_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the cast: its sign-in name, the roles it holds and the office that restricts it."""

    username: str
    roles: tuple[Role, ...]
    office: Office | None = None


CAST: tuple[Part, ...] = (
    Part("protected", (Role.PROTECTED,)),
    Part("delegate", (Role.DELEGATE,)),
    Part("complainant", (Role.COMPLAINANT,)),
    Part("respondent", (Role.RESPONDENT,)),
    # The chair of the organisation, who also holds the officer's role: the mandate must win.
    Part("chair", (Role.OFFICER,), Office.LEADER),
    Part("officer", (Role.OFFICER,)),
    Part("officer_2", (Role.OFFICER,)),
    Part("panel_1", (Role.PANEL,)),
    Part("reviewer", (Role.REVIEWER,)),
    Part("auditor", (Role.AUDITOR,)),
    Part("case_keeper", (Role.CASE_KEEPER,)),
    Part("sysadmin", (Role.SYSADMIN,)),
    Part("outsider", ()),
)
"""One of each kind: they meet every page in the tests."""

COMPANY: tuple[Part, ...] = (
    Part("officer_3", (Role.OFFICER,)),
    Part("officer_4", (Role.OFFICER,)),
    *(Part(f"panel_{place}", (Role.PANEL,)) for place in range(2, 10)),
    Part("reviewer_2", (Role.REVIEWER,)),
    Part("charge_assessor", (Role.CHARGE_ASSESSOR,)),
    Part("charge_assessor_2", (Role.CHARGE_ASSESSOR,)),
    Part("welfare", (Role.WELFARE,)),
    Part("welfare_2", (Role.WELFARE,)),
    Part("liaison", (Role.LIAISON,)),
    Part("dpo", (Role.DPO,)),
)
"""More of the same and the rest of the house: with the cast, enough people for every seat of a case (SP6)."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the cast as made: who they are and the password to print, which is kept nowhere."""

    part: Part
    person: PersonId
    password: str

    @property
    def username(self) -> str:
        """The sign-in name, which is the name of the part."""
        return self.part.username


def create_standing_cast(ctx: Context) -> tuple[Member, ...]:
    """Make the whole cast, all or nothing, and return it with its passwords.

    Raises UsageError where one of the sign-in names is taken.
    """
    return _create(CAST, ctx)


def create_company(ctx: Context) -> tuple[Member, ...]:
    """Make everybody of COMPANY, all or nothing, and return them with their passwords.

    Raises UsageError where one of the sign-in names is taken.
    """
    return _create(COMPANY, ctx)


def _create(parts: Sequence[Part], ctx: Context) -> tuple[Member, ...]:
    with recording(actor=SYSTEM, ctx=ctx, purpose="set up the demonstration"):
        return tuple(_make(part, ctx) for part in parts)


def _make(part: Part, ctx: Context) -> Member:
    password = _password(ctx)
    user = create_person(username=part.username, password=password, ctx=ctx, drawn=True)
    person = PersonId(user.pk)
    for role in part.roles:
        grant_role(person=person, role=role, actor=SYSTEM, ctx=ctx)
    if part.office:
        since = ctx.now().date() - timedelta(days=365)
        record_mandate(person=person, office=part.office, begins=since, ends=None, actor=SYSTEM, ctx=ctx)
    if any(require_mfa(role) for role in part.roles):
        TOTP.activate(user, base64.b32encode(ctx.random(20)).decode())
    return Member(part, person, password)


def _password(ctx: Context) -> str:
    """Return 80 random bits in a form that can be read aloud and typed."""
    letters = base64.b32encode(ctx.random(10)).decode().lower()
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def current_code(user: User, *, at: datetime) -> str:
    """Return the one-time code of an account at a moment (RFC 6238, 30 s, six figures).

    Raises UsageError where the account has no second step.
    """
    found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).first()
    if found is None:
        raise UsageError(
            f"The account {user.username} has no second step.", mend="Its role needs none: sign in without a code."
        )
    return str(format_hotp_value(hotp_value(decrypt(found.data["secret"]), int(at.timestamp()) // PERIOD_SECONDS)))
