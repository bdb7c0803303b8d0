"""Reporting through the pages: first who must not see it, then one thing a page, then a receipt that holds."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client
from tests.cast import visitor
from tests.databases import Desk
from tests.web.cases.cases_room import company

from evenhand.web.cases.models import Case, Item, Message, Submission, Upload
from evenhand.web.record.verify import verify

ANSWERS: list[dict[str, str]] = [
    {"anybody": "nobody"},
    {"explanation": "He called me a muppet in front of everybody.", "happened_on": "2026-02-27"},
    {"places": "https://chirp.example/a/1\nhttps://chirp.example/a/2"},
    {"known": "yes", "name": "@harbour_gull"},
    {"sender": "target"},
    {"reach": "code"},
    {"bona_fide": "on"},
]


def draft_in(html: str) -> dict[str, str]:
    found = dict(re.findall(r'<input type="hidden" name="(draft|page)" value="([^"]*)"', html))
    return {name: unescape(value) for name, value in found.items()}


def sent(client: Client, answers: list[dict[str, str]] = ANSWERS) -> Any:
    page = client.post("/report", {"begin": "report"})
    for answer in answers:
        page = client.post("/report", draft_in(page.content.decode()) | answer)
    return page


def code_in(html: str) -> str:
    found = re.search(r'class="eh-code"[^>]*>([a-z2-7-]+)<', html)
    assert found, html
    return found.group(1)


def test_a_report_is_received_before_anybody_reads_it(room: Desk) -> None:
    page = sent(visitor())
    assert page.status_code == 200
    html = page.content.decode()
    case = Case.objects.get()
    assert case.number in html and case.state == "received"
    assert Item.objects.count() == 2
    assert code_in(html)
    assert verify(room.ctx).exit_code == 0


def test_the_same_page_sent_twice_is_one_report_with_one_code(room: Desk) -> None:
    client = visitor()
    page = client.post("/report", {"begin": "report"})
    for answer in ANSWERS[:-1]:
        page = client.post("/report", draft_in(page.content.decode()) | answer)
    last = draft_in(page.content.decode()) | ANSWERS[-1]
    first, second = client.post("/report", last), client.post("/report", last)
    assert code_in(first.content.decode()) == code_in(second.content.decode())
    assert Submission.objects.count() == 1


def test_nobody_gets_round_the_first_question(room: Desk) -> None:
    client = visitor()
    page = client.post("/report", {"begin": "report"})
    last = draft_in(page.content.decode()) | {"page": "check", "bona_fide": "on"}
    answer = client.post("/report", last)
    assert "Who must not see this?" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_changed_draft_is_refused_in_words(room: Desk) -> None:
    answer = visitor().post("/report", {"draft": "x" * 40, "page": "check", "bona_fide": "on"})
    assert answer.status_code == 400
    assert "Nothing was sent" in answer.content.decode()


def test_danger_needs_three_answers_and_is_flagged(room: Desk) -> None:
    client = visitor()
    page = client.post("/report", {"begin": "danger"})
    for answer in ({"anybody": "nobody"}, {"explanation": "He says he waits at the gate."}, {"bona_fide": "on"}):
        page = client.post("/report", draft_in(page.content.decode()) | answer)
    assert Case.objects.get().danger == "flagged"
    assert "What helps at once" in page.content.decode()


def test_following_with_the_code(room: Desk) -> None:
    client = visitor()
    code = code_in(sent(client).content.decode())
    opened = client.post("/follow", {"code": code.upper().replace("-", " ")}, follow=True)
    html = opened.content.decode()
    assert Case.objects.get().number in html
    assert "we have your report, first checks" in html
    assert client.post("/follow/message", {"kind": "message", "text": "One more thing."}).status_code == 302
    assert Message.objects.get().from_party
    assert "One more thing." in client.get("/follow").content.decode()
    assert client.post("/follow/close", follow=True).status_code == 200
    assert "Your code" in client.get("/follow").content.decode()
    assert verify(room.ctx).exit_code == 0


def test_a_wrong_code_opens_nothing(room: Desk) -> None:
    sent(visitor())
    client = visitor()
    assert client.post("/follow", {"code": "aaaa-bbbb-cccc-dddd"}).status_code == 422
    for address in ("/follow/proof", "/follow/letter/" + "f" * 32):
        assert client.get(address).status_code == 302


def test_a_file_is_sealed_and_quarantined(room: Desk) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = visitor()
    code = code_in(sent(client).content.decode())
    client.post("/follow", {"code": code})
    marker = b"a marker that must not be on the disk"
    answer = client.post("/follow/file", {"file": SimpleUploadedFile("note.txt", marker)})
    assert answer.status_code == 302
    assert Upload.objects.get().state == "quarantined"
    assert not any(marker in path.read_bytes() for path in room.home.root.rglob("*") if path.is_file())


def test_the_whole_officer_side_of_intake(room: Desk) -> None:
    company(room.ctx)
    sent(visitor())


def test_somebody_who_is_named_is_kept_out_whatever_was_ticked(room: Desk) -> None:
    """A name beside "No" is asked about: the report must not go to the person it names."""
    client = visitor()
    page = client.post("/report", {"begin": "report"})
    page = client.post("/report", draft_in(page.content.decode()) | {"anybody": "nobody", "names": "The secretary"})
    assert page.status_code == 422
    assert "You name somebody below" in page.content.decode()
    page = client.post("/report", draft_in(page.content.decode()) | {"anybody": "named", "names": "The secretary"})
    assert "What happened" in page.content.decode()


def test_the_last_page_says_the_day_in_words(room: Desk) -> None:
    assert "27 February 2026" in sent(visitor(), ANSWERS[:-1]).content.decode()
