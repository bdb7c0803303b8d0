"""`evenhand people`: accounts, roles, mandates and resets from the command line, and every refusal in one line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password
from tests.cast import visitor
from tests.databases import Desk

from evenhand.cli import main
from evenhand.cli.people import first_password
from evenhand.context import Context
from evenhand.ledger.checking import Verdict
from evenhand.web.people.cast import create_standing_cast
from evenhand.web.people.models import Grant, Mandate, User
from evenhand.web.people.queries import roles_at
from evenhand.web.people.roles import ROLES, Role
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
PASSWORD = re.compile(r"([a-z2-7]{4}-){4}[a-z2-7]{4}\n")


class Said(NamedTuple):
    """What a command left: its exit code, stdout, stderr on one line."""

    code: int
    out: str
    err: str


People = Callable[..., Said]


@pytest.fixture
def people(desk: Desk, capsys: pytest.CaptureFixture[str]) -> People:
    """Return a function that runs `evenhand people …` in this test's installation."""
    return lambda *words: run(capsys, *words, "--dir", str(desk.home.root))


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Said:
    with pytest.raises(SystemExit) as leaving:
        main(["people", *words])
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err
    code = leaving.value.code
    return Said(code if isinstance(code, int) else 0, printed.out, " ".join(printed.err.split()))


def held(username: str) -> frozenset[Role]:
    return roles_at(User.objects.get(username=username).pk, datetime.now(UTC))


def days(count: int) -> str:
    return (datetime.now(UTC) + timedelta(days=count)).date().isoformat()


def test_an_account_is_made_and_its_password_printed_alone(people: People) -> None:
    said = people("add", "anna")
    assert said.code == 0 and PASSWORD.fullmatch(said.out)
    account = User.objects.get(username="anna")
    assert check_password(said.out.strip(), account.password)
    assert held("anna") == frozenset()
    assert said.out.strip() not in said.err


def test_two_first_passwords_are_never_alike(ctx: Context) -> None:
    assert first_password(ctx) != first_password(ctx)


@pytest.mark.parametrize("name", ["anna", "ANNA", "", "two words", "a/b", "x" * 65, "\udcff", "nul\0"])
def test_a_name_that_cannot_be_used_makes_nothing(people: People, name: str) -> None:
    people("add", "anna")
    said = people("add", name)
    assert (said.code, said.out) == (2, "") and "cannot be used" in said.err
    assert User.objects.count() == 1


def test_a_role_is_granted_and_ended_and_the_record_verifies(people: People, desk: Desk) -> None:
    people("add", "anna")
    said = people("grant", "Anna", "officer")
    assert said.code == 0 and "second step" in said.err
    assert held("anna") == {Role.OFFICER}
    assert Grant.objects.get().granted_by == SYSTEM
    assert people("end", "anna", "officer").code == 0
    assert held("anna") == frozenset()
    assert Grant.objects.get().ended_by == SYSTEM
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_a_role_ends_after_its_last_day(people: People) -> None:
    people("add", "anna")
    assert people("grant", "anna", "case-keeper", "--until", "2199-12-31").code == 0
    assert Grant.objects.get().ends == datetime(2200, 1, 1, tzinfo=UTC)
    assert people("end", "anna", "case_keeper").code == 0
    assert people("grant", "anna", "officer", "--until", days(0)).code == 0


def test_a_clash_says_which_role_and_why(people: People) -> None:
    people("add", "anna")
    people("grant", "anna", "officer")
    said = people("grant", "anna", "sysadmin")
    assert said.code == 2
    assert "sysadmin cannot be held together with officer. Whoever looks after the system reads no content" in said.err
    assert held("anna") == {Role.OFFICER}


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        (["grant", "anna", "restricted"], "never granted"),
        (["grant", "anna", "officer"], "already holds the role officer"),
        (["grant", "bela", "panel", "--until", "2001-01-01"], "cannot end before it begins"),
        (["grant", "anna", "panel", "--until", "9999-12-31"], "too far away"),
        (["grant", "anna", "panel", "--until", "soon"], "'soon' is no day. Write it like 2027-03-31."),
        (["end", "anna", "panel"], "anna does not hold the role panel. They hold: officer."),
        (["end", "bela", "panel"], "They hold no role."),
        (["mandate", "anna", "leader", "--from", "2026-02-30"], "'2026-02-30' is no day"),
        (["mandate", "anna", "leader", "--from", "2026-02-02", "--until", "2026-02-01"], "cannot end before"),
        (["mandate", "anna", "king", "--from", "2026-02-02"], "There are: leader, leaders_office, executive"),
        (["end-mandate", "anna", "leader", "--on", "2026-02-02"], "no open mandate as leader"),
        (["mandate", "anna", "leader"], "--from"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(people: People, words: list[str], refusal: str) -> None:
    people("add", "anna")
    people("add", "bela")
    people("grant", "anna", "officer")
    said = people(*words)
    assert (said.code, said.out) == (2, "") and refusal in said.err
    assert (Grant.objects.count(), Mandate.objects.count()) == (1, 0)
    assert held("anna") == {Role.OFFICER}


def test_an_unknown_role_lists_every_one_that_can_be_granted(people: People) -> None:
    people("add", "anna")
    said = people("grant", "anna", "offizer")
    offered = said.err.split("There are: ")[1].rstrip(".").split(", ")
    assert said.code == 2 and offered == [role.value for role in Role if ROLES[role].granted]


@pytest.mark.parametrize("name", ["nobody", "\udcff", "nul\0", "", "[/x]"])
@pytest.mark.parametrize(
    "rest", [("grant", "officer"), ("end", "officer"), ("reset",), ("mandate", "leader", "--from", "2026-01-01")]
)
def test_an_unknown_account_lists_who_there_is(people: People, name: str, rest: tuple[str, ...]) -> None:
    people("add", "anna")
    people("add", "bela")
    said = people(rest[0], name, *rest[1:])
    assert (said.code, said.out) == (2, "") and "There are: anna, bela." in said.err


def test_with_many_accounts_some_are_named_and_with_none_the_way_to_the_first(people: People, ctx: Context) -> None:
    assert "evenhand people add" in people("reset", "nobody").err
    now = ctx.now()
    User.objects.bulk_create(User(id=f"{n:032x}", username=f"p{n:02}", password="!", made_at=now) for n in range(21))
    said = people("reset", "nobody").err
    assert "p19" in said and "p20" not in said and "evenhand people list" in said


def test_a_mandate_restricts_from_its_first_day_until_its_last(people: People, desk: Desk) -> None:
    people("add", "anna")
    people("grant", "anna", "officer")
    said = people("mandate", "anna", "leaders-office", "--from", days(-1))
    assert said.code == 0 and "end-mandate" in said.err
    assert held("anna") == {Role.OFFICER, Role.RESTRICTED}
    assert people("end-mandate", "anna", "leaders_office", "--on", days(-1)).code == 0
    assert held("anna") == {Role.OFFICER}
    assert (Mandate.objects.get().recorded_by, Mandate.objects.get().ended_by) == (SYSTEM, SYSTEM)
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_only_the_named_office_ends_and_not_before_it_began(people: People) -> None:
    people("add", "anna")
    for office in ("leader", "candidate", "candidate"):
        people("mandate", "anna", office, "--from", days(-3))
    early = people("end-mandate", "anna", "candidate", "--on", days(-4))
    assert early.code == 2 and f"no open mandate as candidate that began by {days(-4)}" in early.err
    assert people("end-mandate", "anna", "candidate", "--on", days(-3)).code == 0
    assert list(Mandate.objects.filter(ended_at=None).values_list("office", flat=True)) == ["leader"]


def test_a_reset_gives_a_new_password_and_takes_the_second_step_away(people: People, desk: Desk) -> None:
    create_standing_cast(desk.ctx)
    old = User.objects.get(username="officer").password
    said = people("reset", "officer")
    assert said.code == 0 and PASSWORD.fullmatch(said.out)
    account = User.objects.get(username="officer")
    assert account.password != old and check_password(said.out.strip(), account.password)
    assert not Authenticator.objects.filter(user_id=account.pk).exists()
    client = visitor()
    client.post("/account/login/", {"login": "officer", "password": said.out.strip()})
    assert client.get("/desk")["Location"].startswith("/account/second-step/set-up/")
    assert verify(desk.ctx).verdict is Verdict.VERIFIED


def test_the_list_shows_what_is_in_force_and_never_a_password(people: People) -> None:
    assert people("list").err.startswith("There is no account yet")
    assert json.loads(people("list", "--json").out) == []
    password = people("add", "bela").out.strip()
    people("add", "anna")
    people("grant", "anna", "auditor", "--until", days(5))
    people("grant", "bela", "officer")
    people("end", "bela", "officer")
    people("mandate", "bela", "candidate", "--from", days(2), "--until", days(3))
    people("mandate", "bela", "leader", "--from", "2001-01-01", "--until", "2001-12-31")
    as_json = people("list", "--json")
    anna, bela = json.loads(as_json.out)
    assert (anna["username"], anna["mandates"], anna["second_step"]) == ("anna", [], False)
    assert [(r["role"], r["until"]) for r in anna["roles"]] == [("auditor", f"{days(6)}T00:00:00Z")]
    assert bela["roles"] == []
    assert bela["mandates"] == [{"office": "candidate", "begins": days(2), "ends": days(3), "running": False}]
    table = people("list")
    assert table.out == ""
    assert all(word in table.err for word in ("auditor until", days(6), f"candidate {days(2)} to", days(3)))
    assert "leader" not in table.err and "officer" not in table.err
    secret = User.objects.get(username="bela").password
    assert not any(word in said for word in (password, secret) for said in (as_json.out, table.err))


def test_the_list_says_who_has_a_second_step(people: People, desk: Desk) -> None:
    create_standing_cast(desk.ctx)
    with_step = {account["username"]: account["second_step"] for account in json.loads(people("list", "--json").out)}
    assert with_step["officer"] is True and with_step["outsider"] is False


@pytest.mark.parametrize(
    "words",
    [["add", "a"], ["list"], ["grant", "a", "officer"], ["end", "a", "officer"], ["reset", "a"],
     ["mandate", "a", "leader", "--from", "2026-01-01"], ["end-mandate", "a", "leader", "--on", "2026-01-01"]],
)  # fmt: skip
def test_a_mistyped_folder_is_refused_and_not_made(
    words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = run(capsys, *words, "--dir", str(tmp_path / "nowhere"))
    assert (said.code, said.out) == (2, "") and "no installation here" in said.err
    assert not (tmp_path / "nowhere").exists()
