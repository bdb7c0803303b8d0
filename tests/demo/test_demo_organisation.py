"""The fictional organisation: sizes, roles, repeatability, and that nobody in it is real."""

import csv
import re
from datetime import date

import pytest

from evenhand.demo import organisation
from evenhand.demo.names import HANDLE_SUFFIX
from evenhand.demo.organisation import handle, write_register
from evenhand.membership import MemberRef, match_declared, read_register

TODAY = date(2026, 6, 1)
BODY = organisation("tests", TODAY)


def test_it_has_the_promised_size():
    assert len(BODY.members) == 5_000
    assert len(BODY.protected) == 40
    assert len(BODY.staff) == 9
    assert len(BODY.pool) == 36


@pytest.mark.slow
def test_the_same_seed_gives_the_same_people_and_another_seed_others():
    assert organisation("tests", TODAY) == BODY
    assert organisation("other", TODAY).members != BODY.members


def test_member_numbers_and_handles_are_unique():
    assert len({member.number for member in BODY.members}) == len(BODY.members)
    handles = [person.accounts[0][2] for person in BODY.protected]
    assert len(set(handles)) == len(handles)


def test_some_left_and_nobody_left_before_joining_or_in_the_future():
    left = [member for member in BODY.members if member.left]
    assert 500 < len(left) < 900
    assert all(member.joined < member.left <= TODAY for member in left)
    assert all(member.reason_left for member in left)


def test_there_are_namesakes_in_the_register():
    names = [member.display for member in BODY.members]
    assert 40 <= len(names) - len(set(names)) <= 80


def test_membership_ends_on_the_day_of_leaving():
    member = next(each for each in BODY.members if each.left)
    assert member.is_member_on(member.joined)
    assert not member.is_member_on(member.left)


def test_protected_persons_are_members_with_an_office_and_an_account():
    numbers = {member.number for member in BODY.members if member.left is None}
    for person in BODY.protected:
        assert person.member_no in numbers
        assert person.office
        assert person.accounts[0][0] == "x"


def test_the_pool_is_appointed_by_two_bodies_and_shares_nobody_with_the_staff():
    assert len({seat.appointed_by for seat in BODY.pool}) == 2
    people = [seat.display for seat in (*BODY.staff, *BODY.pool)]
    assert len(set(people)) == len(people)


@pytest.mark.parametrize("number", [0, 1, 35, 36, 46_655])
def test_every_handle_is_a_legal_handle_with_the_invented_suffix(number):
    found = handle("Mirelda", "Harrowthwaite", number)
    assert re.fullmatch(r"[a-z0-9_]{1,15}", found)
    assert found.endswith(HANDLE_SUFFIX)


def test_the_register_is_read_whole_and_says_nothing_about_opinions(tmp_path):
    write_register(tmp_path / "register.csv", BODY.members)
    with (tmp_path / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"member_id", "joined", "left", "deceased", "handles", "email", "name"}
    register = read_register(tmp_path / "register.csv").whole()
    assert len(register.intervals) == 5_000
    assert register.intervals[MemberRef(BODY.members[0].number)][0].joined == BODY.members[0].joined
    died = [each for known in register.intervals.values() for each in known if each.deceased]
    assert len(died) == sum(member.reason_left == "deceased" for member in BODY.members) > 10


def test_the_register_knows_the_accounts_that_were_declared(tmp_path):
    member = BODY.members[0]
    write_register(tmp_path / "register.csv", BODY.members, {member.number: [("x", "4711", "mi_qvh")]})
    register = read_register(tmp_path / "register.csv").whole()
    for handle_, number in (("mi_qvh", None), ("another", "4711")):
        assert match_declared(handle_, "x", register.declared, account_id=number).member_ref == member.number
