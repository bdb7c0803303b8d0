"""Signing in: the second step cannot be gone round, attempts are counted, nobody signs up."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.urls import reverse
from tests.cast import code_now, sign_in, standing_cast, visitor

from evenhand.errors import UsageError
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.cast import CAST, create_standing_cast, current_code
from evenhand.web.people.models import User
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM

pytestmark = pytest.mark.slow
PASSWORD = "four calm words here"


def newcomer(desk, *roles: Role) -> User:
    user = create_person(username="newcomer", password=PASSWORD, ctx=desk.ctx)
    for role in roles:
        grant_role(person=PersonId(user.pk), role=role, actor=SYSTEM, ctx=desk.ctx)
    return user


def with_password(user: User):
    client = visitor()
    answer = client.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def set_up(client) -> str:
    """Set the second step up as a person would: read the key from the page, type the code it gives."""
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    secret = page.split("<code>")[1].split("</code>")[0]
    for _attempt in range(2):  # once more where the half minute ended between reading and typing
        code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
        answer = client.post(reverse("mfa_activate_totp"), {"code": code})
        if answer.status_code == 302:
            return secret
    raise AssertionError(answer.content.decode())


def test_a_role_that_needs_the_second_step_opens_nothing_before_it(desk):
    client = with_password(newcomer(desk, Role.OFFICER))
    for path in ("/", "/desk", "/account/", "/account/password/", "/no/such/page", "/account/second-step/"):
        answer = client.get(path)
        if answer.status_code == 404:
            continue
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("mfa_activate_totp")), path
    set_up(client)
    assert client.get("/account/").status_code == 200


def test_a_role_that_needs_none_is_not_asked(desk):
    client = with_password(newcomer(desk, Role.RESPONDENT))
    assert client.get("/account/").status_code == 200


def test_a_session_opened_with_the_password_alone_does_not_outlive_the_set_up_elsewhere(desk):
    user = newcomer(desk, Role.OFFICER)
    thief, owner = with_password(user), with_password(user)
    set_up(owner)
    assert owner.get("/account/").status_code == 200
    answer = thief.get("/account/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("mfa_reauthenticate"))
    assert thief.get(reverse("mfa_activate_totp")).status_code == 302


def test_nor_where_the_role_needs_no_second_step_but_the_person_wanted_one(desk):
    user = newcomer(desk, Role.RESPONDENT)
    thief, owner = with_password(user), with_password(user)
    set_up(owner)
    for name in ("people_account", "mfa_deactivate_totp", "mfa_view_recovery_codes", "account_change_password"):
        answer = thief.get(reverse(name))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("mfa_reauthenticate")), name


def test_a_role_granted_later_asks_a_running_session_for_the_second_step(desk):
    user = newcomer(desk, Role.RESPONDENT)
    client = with_password(user)
    assert client.get("/account/").status_code == 200
    grant_role(person=PersonId(user.pk), role=Role.OFFICER, actor=SYSTEM, ctx=desk.ctx)
    assert client.get("/account/")["Location"].startswith(reverse("mfa_activate_totp"))


def test_taking_the_app_away_takes_the_rooms_away(desk):
    client = sign_in(visitor(), standing_cast(desk)["officer"])
    Authenticator.objects.all().delete()
    client.session.flush()
    answer = client.get("/account/")
    assert answer.status_code == 302


def test_a_code_works_once_and_a_wrong_one_never(desk):
    officer = standing_cast(desk)["officer"]
    sign_in(visitor(), officer)
    again = visitor()
    again.post(reverse("account_login"), {"login": officer.username, "password": officer.password})
    used = code_now(officer.person)
    first = again.post(reverse("mfa_authenticate"), {"code": used})
    assert first.status_code in {200, 302}  # 302 only where a new half minute has begun
    if first.status_code == 200:
        assert "not right" in first.content.decode()
        assert again.get("/account/").status_code == 302


def test_the_same_words_for_a_wrong_name_and_a_wrong_password(desk):
    standing_cast(desk)
    answers = [
        visitor().post(reverse("account_login"), {"login": login, "password": "wrong and wrong"}).content.decode()
        for login in ("officer", "nobody-of-this-name")
    ]
    said = [a[a.index("eh-error-summary") : a.index("<form")] for a in answers]
    assert said[0] == said[1]
    assert "The sign-in name or the password is not right." in said[0]


def test_attempts_are_counted_in_the_database_and_then_refused(desk):
    officer = standing_cast(desk)["officer"]
    for _ in range(5):
        visitor().post(reverse("account_login"), {"login": "officer", "password": "wrong and wrong"})
    answer = visitor().post(reverse("account_login"), {"login": "officer", "password": officer.password})
    assert answer.status_code == 200
    assert "Too many attempts" in answer.content.decode()
    assert type(cache._connections["default"]).__name__ == "DatabaseCache"


def test_nobody_signs_up(desk):
    answer = visitor().post(reverse("account_signup"), {"username": "me", "password1": PASSWORD, "password2": PASSWORD})
    assert "Accounts are made for you" in answer.content.decode()
    assert not User.objects.exists()


def test_a_closed_account_opens_nothing(desk):
    user = newcomer(desk)
    client = with_password(user)
    User.objects.update(is_active=False)
    assert client.get("/account/").status_code == 302
    answer = visitor().post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    assert answer["Location"] == reverse("account_inactive") or answer.status_code == 200


def test_the_secret_of_a_second_step_is_not_in_the_database_in_clear(desk):
    create_standing_cast(desk.ctx)
    for stored in Authenticator.objects.values_list("data", flat=True):
        assert stored["secret"].startswith("gAAAA")


def test_the_code_is_that_of_the_standard(desk):
    """RFC 6238, appendix B, SHA-1, T = 59 s: 94287082, of which six figures are shown."""
    user = newcomer(desk)
    TOTP.activate(user, base64.b32encode(b"12345678901234567890").decode())
    assert current_code(user, at=datetime.fromtimestamp(59, UTC)) == "287082"


def test_an_account_without_a_second_step_has_no_code(desk):
    with pytest.raises(UsageError, match="no second step"):
        current_code(newcomer(desk), at=desk.ctx.now())


def test_recovery_codes_sign_in_once(desk):
    user = newcomer(desk, Role.OFFICER)
    client = with_password(user)
    set_up(client)
    page = client.get(reverse("mfa_view_recovery_codes"))
    assert page.status_code == 200, page["Location"]
    code = page.content.decode().split('<ul class="eh-codes"><li>')[1].split("</li>")[0]
    for expected in (302, 200):
        again = with_password(user)
        assert again.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected


def test_the_cast_can_be_made_once(desk):
    create_standing_cast(desk.ctx)
    with pytest.raises(UsageError, match="cannot be used"):
        create_standing_cast(desk.ctx)
    assert User.objects.count() == len(CAST)
