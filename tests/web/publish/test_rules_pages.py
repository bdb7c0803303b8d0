"""The rules and the procedure in public: every version, changes in words, who signed, where in the record."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.cast import visitor
from tests.web.rules.rules_room import Signers, at, code, signers, version

from evenhand.codes import builtin_text
from evenhand.ledger.leaf import strict_parse
from evenhand.procedure.choices import builtin_text as procedure_text
from evenhand.web.record.queries import log_store
from evenhand.web.rules.actions import publish_code, publish_procedure
from evenhand.web.rules.queries import code_versions

pytestmark = pytest.mark.slow


@pytest.fixture
def who(desk) -> Signers:
    return signers(desk)


def publish(text: str, who: Signers, ctx) -> None:
    publish_code(text=text, first_signer=who.officer, second_signer=who.keeper, ctx=ctx)


def page(address: str) -> str:
    answer = visitor().get(address)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_before_anything_is_published_the_pages_say_so(desk):
    assert "No rules have been published here yet" in page("/code")
    shown = page("/procedure")
    assert "Not published yet" in shown and "three independent people consider it" in shown
    assert visitor().get("/procedure/text").status_code == 404


def test_every_version_stays_public_with_its_days(desk, who):
    publish(builtin_text("quillhaven"), who, desk.ctx)
    shown = page("/code")
    assert shown.count("Version ") >= 3
    for days in ("1 March 2021", "30 June 2023", "1 July 2023", "30 September 2024", "until further notice"):
        assert days in shown, days
    assert "in force today" in shown and "not in force any more" in shown


def test_a_version_says_who_signed_by_role_and_where_it_stands_in_the_record(desk, who):
    publish(builtin_text("quillhaven"), who, desk.ctx)
    for published in code_versions():
        shown = plain(page(f"/code/{published.version}"))
        assert "Officer; Case keeper" in shown and published.id in shown
        place = int(re.search(r"entry (\d+)", shown)[1])
        (entry,) = log_store().entries(place, place + 1)
        leaf = strict_parse(entry.data, place)
        assert leaf["t"] == "code.adopted" and leaf["pub"] == {"code": f"sha256:{published.id}"}
        assert who.officer not in shown


def test_two_versions_side_by_side_in_words(desk, who):
    publish(code(version("1", "2026-03-02", word="a clown")), who, desk.ctx)
    later = at(desk.ctx, desk.ctx.now() + timedelta(days=10))
    publish(code(version("2", "2026-06-01", published="2026-03-12", word="a clown or a muppet")), who, later)
    shown = page("/code/2")
    assert "What is different from version 1" in shown and "1 changed, 0 new, 0 gone, 0 as before" in shown
    assert "[added: </span>clown or a " in shown or "[added: </span>or a muppet." in shown
    assert "(changed)" in shown and "taken out" in shown
    alone = page("/code/2?beside=none")
    assert "What is different" not in alone and "<ins>" not in alone
    assert "What is different from version 2" in page("/code/1?beside=2")
    assert "What is different" not in page("/code/1")


def test_the_signed_text_can_be_kept(desk, who):
    publish(builtin_text("quillhaven"), who, desk.ctx)
    answer = visitor().get("/code/2/text")
    assert answer.content.decode() == builtin_text("quillhaven") and answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "address", ["/code/9", "/code/9/text", "/code/quillhaven-1", "/code/%00", "/code/1?beside=%00"]
)
def test_what_is_not_there(desk, who, address):
    publish(builtin_text("quillhaven"), who, desk.ctx)
    expected = 200 if "beside" in address else 404
    assert visitor().get(address).status_code == expected


def test_two_codes_with_the_same_number_have_addresses_of_their_own(desk, who):
    publish(code(version("1", "2026-03-02")), who, desk.ctx)
    publish(code(version("1", "2026-03-02"), slug="ferries"), who, desk.ctx)
    assert visitor().get("/code/1").status_code == 404
    assert "Harbour rules" in page("/code/ferries-1") and "Harbour rules" in page("/code/harbour-1")


def test_the_procedure_in_plain_words(desk, who):
    publish_procedure(
        text=procedure_text("default"), first_signer=who.officer, second_signer=who.keeper, ctx=desk.ctx
    )  # fmt: skip
    shown = plain(page("/procedure"))
    for words in ("version 1.0.0", "1 January 2026", "14 days", "10 working days", "members meeting", "5%", "entry"):
        assert words in shown, words
    assert not re.search(r"\bT\d\d|\bN\d|INV-|L[1-6]\b|respondent|sanction|liability", shown)
    assert visitor().get("/procedure/text").content.decode() == procedure_text("default")
