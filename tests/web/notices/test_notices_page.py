"""/check-a-letter: anybody may ask; nobody learns more than whether, when and of which kind."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import visitor
from tests.web.notices.notices_room import Room

from evenhand.procedure.notices import NoticeId
from evenhand.web.notices import throttle
from evenhand.web.notices.codes import check_digest, new_check_code
from evenhand.web.notices.models import Letter

pytestmark = pytest.mark.slow
ADDRESS = "/check-a-letter"


def ask(code: str, **headers: str) -> tuple[int, str]:
    answer = visitor().post(ADDRESS, {"code": code}, headers=headers)
    return answer.status_code, answer.content.decode()


def test_a_letter_of_ours_is_known_by_day_and_kind(room: Room) -> None:
    letter = room.send(NoticeId.N3)
    status, page = ask(letter.check_code)
    assert status == 200
    assert "Yes, we sent a letter with this code" in page and "2 March 2026" in page
    assert "somebody has complained, and that nothing is decided" in page


@pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", " "), lambda c: c.replace("-", ""), str.strip])
def test_a_code_may_be_typed_as_people_type(room: Room, change: object) -> None:
    code = room.send(NoticeId.N2).check_code
    assert callable(change)
    assert "Yes, we sent" in ask(f" {change(code)} ")[1]


def test_it_never_says_to_whom_nor_what(room: Room) -> None:
    party = room.side("respondent")
    letter = room.send(NoticeId.N3, party)
    _, page = ask(letter.check_code)
    for secret in (party.id, room.case, letter.id, "2026-0014", "respondent", "treasurer", "Another member", "N3"):
        assert secret not in page


@pytest.mark.parametrize("code", ["AAAA-AAAA-AAAA-AAAA", "x", "' OR 1=1 --", "2026-0014", "ÄÖÜ€", "A" * 64])
def test_anything_else_is_answered_alike(room: Room, code: str) -> None:
    letter = room.send(NoticeId.N3)
    status, page = ask(code)
    known_status, known = ask(letter.check_code)
    assert status == known_status == 200
    assert "No, we sent no letter with this code" in page

    def shape(html: str) -> list[str]:
        return re.findall(r"<(h1|p|form|a|button|div|main)\b", html)

    assert shape(page) == shape(known)


def test_known_and_unknown_ask_the_database_the_same(room: Room) -> None:
    letter = room.send(NoticeId.N3)

    def queries(code: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            ask(code)
        return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured if "notices_letter" in query["sql"]]

    assert queries(letter.check_code) == queries("AAAA-AAAA-AAAA-AAAA") == queries("not a code")
    assert len(queries("not a code")) == 1


def test_an_empty_code_is_asked_for_again(room: Room) -> None:
    status, page = ask("")
    assert status == 422 and "Enter the check code" in page
    assert ask("A" * 65)[0] == 422


def test_too_many_questions_wait_and_nobody_s_address_is_kept(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_A_MINUTE", 3)
    monkeypatch.setattr("evenhand.web.notices.views.Context.system", lambda: room.ctx)
    code = room.send(NoticeId.N2).check_code
    # From different addresses: the budget is everybody's.
    answers = [visitor().post(ADDRESS, {"code": code}, REMOTE_ADDR=f"192.0.2.{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert visitor().get(ADDRESS).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM cache")
        assert "192.0.2" not in str(cursor.fetchall())
    room.later(minutes=1)
    assert ask(code)[0] == 200


def test_the_page_speaks_german(room: Room) -> None:
    letter = room.send(NoticeId.N3)
    _, page = ask(letter.check_code, **{"accept-language": "de"})
    assert "Ja, wir haben einen Brief mit diesem Code gesendet" in page and 'lang="de"' in page
    assert "Prüfcode" in visitor().get(ADDRESS, headers={"accept-language": "de"}).content.decode()


def test_asking_changes_nothing(room: Room) -> None:
    letter = room.send(NoticeId.N3)
    before = list(Letter.objects.values())
    ask(letter.check_code)
    assert list(Letter.objects.values()) == before
    assert visitor().put(ADDRESS).status_code == 405


def test_a_code_is_eighty_bits_and_found_by_its_digest_alone(room: Room) -> None:
    code = new_check_code(room.ctx)
    assert re.fullmatch(r"([A-Z2-7]{4}-){3}[A-Z2-7]{4}", code)
    letter = room.send(NoticeId.N2)
    stored = str(list(Letter.objects.values()))
    assert letter.check_code not in stored and str(check_digest(letter.check_code)) in stored
    assert check_digest("0OIL") is None


def test_whom_to_ring_stands_on_the_page_and_not_only_in_the_letter(room: Room) -> None:
    """Whoever forged the letter printed a number of their own in it."""
    known, unknown = ask(room.send(NoticeId.N3).check_code)[1], ask("AAAA-AAAA-AAAA-AAAA")[1]
    for page in (known, unknown, visitor().get(ADDRESS).content.decode()):
        assert "01 555 0100" in page
    assert "whether it is the check code" in unknown and "not from the letter" in unknown
