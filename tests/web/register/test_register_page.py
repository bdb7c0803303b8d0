"""The register's page: checking changes nothing, loading takes the very file that was checked, faults are named."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import sign_in, standing_cast, visitor
from tests.web.register.register_room import NAMES, ROWS, file, register

from evenhand.web.people.cast import Member
from evenhand.web.record.ids import ActorId
from evenhand.web.register.actions import load
from evenhand.web.register.models import Load
from evenhand.web.register.models import Member as Registered

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(desk) -> dict[str, Member]:
    return standing_cast(desk)


@pytest.fixture
def officer(cast) -> Client:
    return sign_in(visitor(), cast["officer"])


def upload(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("register.csv", text.encode() if isinstance(text, str) else text)


def mark(client: Client, text: str) -> str:
    page = client.post("/register/check", {"file": upload(text)}).content.decode()
    return page.split('name="checked" value="')[1].split('"')[0]


def test_check_then_load(desk, officer):
    assert "No register has been loaded yet" in officer.get("/register").content.decode()
    seen = officer.post("/register/check", {"file": upload(file())}).content.decode()
    assert "Nothing has been changed yet" in seen and Load.objects.count() == 0
    assert "is not in this file" not in seen and "remove_missing" not in seen
    done = officer.post("/register/load", {"file": upload(file()), "checked": mark(officer, file())}, follow=True)
    assert "The register was loaded: 6 members." in done.content.decode()
    assert Registered.objects.count() == 6
    assert "It holds 6 members" in officer.get("/register").content.decode()


def test_another_file_than_the_one_checked_is_refused(desk, officer):
    checked = mark(officer, file())
    answer = officer.post("/register/load", {"file": upload(file(*ROWS[:3])), "checked": checked})
    assert answer.status_code == 422 and "not the file you checked" in answer.content.decode()
    assert officer.post("/register/load", {"file": upload(file())}).status_code == 422
    assert Load.objects.count() == 0


def test_members_who_are_missing_need_a_tick(desk, cast, officer):
    # By the frozen clock, which the key service of these tests goes by as well.
    load(register=register(), actor=ActorId(cast["officer"].person), ctx=desk.ctx)
    fewer = file(*ROWS[:3])
    sent = {"checked": mark(officer, fewer)}
    assert "Remove the members" in officer.post("/register/check", {"file": upload(fewer)}).content.decode()
    refused = officer.post("/register/load", {**sent, "file": upload(fewer)})
    assert refused.status_code == 422 and "4 members of the register are not in this file" in refused.content.decode()
    assert officer.post("/register/load", {**sent, "file": upload(fewer), "remove_missing": "on"}).status_code == 302
    assert Registered.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This file is empty"),
        ("member_id,joined\nQ1,03/04/2020\n", "row 2: joined"),
        ("member_id,joined,shoe_size\n", "a column we do not read"),
        (b"member_id,joined\n\xff\xfe,2020-01-01\n", "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(officer, text, words):
    answer = officer.post("/register/check", {"file": upload(text)})
    assert answer.status_code == 422 and words in answer.content.decode()


def test_no_page_names_a_member(desk, officer):
    pages = [
        officer.post("/register/check", {"file": upload(file())}),
        officer.post("/register/load", {"file": upload(file()), "checked": mark(officer, file())}, follow=True),
        officer.get("/register"),
    ]
    for page in pages:
        assert not [name for name in NAMES if name in page.content.decode()]
