"""Published once, recorded, recomputable, append-only; the pages show what was published and nothing else."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import DatabaseError, connection
from tests.cast import visitor
from tests.databases import Desk
from tests.web.publish.statistics_room import MEMBERS, on, report, year

from evenhand.errors import UsageError
from evenhand.ledger.leaf import strict_parse
from evenhand.statistics import MEASURES, ComplainantType, Period, never_printed
from evenhand.web.cases import counting
from evenhand.web.publish.models import PublishedReport
from evenhand.web.publish.statistics import words
from evenhand.web.publish.statistics.publishing import correct, publish
from evenhand.web.publish.statistics.reading import Verdict, check, place_of
from evenhand.web.publish.statistics.reference import NOT_PRINTED, statistics_page
from evenhand.web.record.queries import log_store
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
Q1, Q2 = Period.quarter(2026, 1), Period.quarter(2026, 2)


def failed(desk: Desk) -> list[object]:
    return [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"]


def page(address: str, **headers: str) -> str:
    answer = visitor().get(address, headers=headers)
    assert answer.status_code == 200, address
    return " ".join(answer.content.decode().split())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_report_is_published_once_recorded_and_stays_as_it_is(any_desk: Desk) -> None:
    ctx = on(any_desk.ctx, 4, 2)
    for number in range(3):
        report(any_desk.ctx, number)
    row = publish(period=Q1, members=MEMBERS, ctx=ctx)
    assert row.id == sha256(row.text.encode()).hexdigest()
    place = place_of(row)
    assert place is not None
    (entry,) = log_store().entries(place, place + 1)
    leaf = strict_parse(entry.data, place)
    assert leaf["t"] == "stats.published" and leaf["pub"] == {"document": f"sha256:{row.id}"}
    with pytest.raises(UsageError, match="published already"):
        publish(period=Q1, members=MEMBERS, ctx=ctx)
    for statement in ("UPDATE publish_report SET text = 'x'", "DELETE FROM publish_report"):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert failed(any_desk) == []


def test_a_report_is_made_again_byte_by_byte_and_a_changed_one_is_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = year(desk.ctx)
    row = publish(period=Q1, members=MEMBERS, ctx=on(desk.ctx, 7, 2))
    report(on(desk.ctx, 5, 7), 500)
    assert check(row.text, row.csv).verdict is Verdict.HOLDS
    assert check(row.text.replace('"<10"', '"15"', 1)).verdict is Verdict.DIFFERS
    assert check(row.text, row.csv + "\n").verdict is Verdict.DIFFERS
    second = publish(period=Q2, members=MEMBERS, ctx=on(desk.ctx, 7, 2))
    whole = publish(period=Period.year(2026), members=MEMBERS, ctx=on(desk.ctx, 12, 31).__class__(
        now=lambda: on(desk.ctx, 12, 31).now().replace(year=2027), random=desk.ctx.random))  # fmt: skip
    assert json.loads(whole.text)["quarters"] == ["2026-Q1", "2026-Q2"]
    assert all(check(each.text, each.csv).verdict is Verdict.HOLDS for each in (second, whole))
    later = correct(period=Q1, words="Two letters were counted as mail.", ctx=on(desk.ctx, 8, 1))
    assert json.loads(later.text)["corrections"] == ["2026-08-01: Two letters were counted as mail."]
    assert check(later.text, later.csv).verdict is Verdict.HOLDS and check(row.text).verdict is Verdict.HOLDS
    assert made.test not in row.text
    assert failed(desk) == []
    shown = plain(page("/statistics?period=2026-Q1"))
    assert "2026-08-01: Two letters were counted as mail." in shown and row.id in shown and later.id in shown
    again = visitor().get(f"/statistics.json?id={row.id}")
    assert again.content.decode() == row.text
    # The same rows, counted otherwise: whoever changes how things are counted cannot pass it off as the old report.
    monkeypatch.setattr(counting, "_complainant", lambda *_: ComplainantType.OWN_MOTION)
    assert check(second.text).verdict is Verdict.DIFFERS


@pytest.fixture
def published(desk: Desk) -> PublishedReport:
    for number in range(12):
        report(desk.ctx, number, sender="witness" if number == 3 else "target")
    return publish(period=Q1, members=MEMBERS, ctx=on(desk.ctx, 4, 2))


def test_nothing_small_is_printed_anywhere(desk: Desk, published: PublishedReport) -> None:
    document = json.loads(published.text)
    for row in document["rows"]:
        value = row["value"]
        counted = row["statistic"] == "count" and value.isdigit()
        assert not counted or int(value) == 0 or (int(value) >= 10 and int(value) % 5 == 0), row
        assert never_printed(row["sentence"]) == ()
    for shown in document["cases_flow"].values():
        assert not shown.isdigit() or int(shown) == 0 or int(shown) % 5 == 0
    kinds = {(row["measure"], row["dimension"]) for row in document["rows"]}
    assert not kinds & {(str(m), str(d)) for m, d in NOT_PRINTED}
    shown = page("/statistics") + page("/statistics.csv") + page("/statistics.json")
    for secret in ("Robin", "Quill 3", "chirp:", "muppet", "chirp.example"):
        assert secret not in shown
    # One witness among twelve: neither that one nor the eleven beside it can be read off.
    lines = {row["label"]: row["value"] for row in document["rows"] if row["dimension"] == "complainant_type"}
    assert lines["reporter"] == "<10" and lines["affected"] == "not shown"


def test_the_page_says_unit_period_whole_and_address_of_each_sentence(desk: Desk, published: PublishedReport) -> None:
    shown = page("/statistics")
    text = plain(shown)
    for said in (
        "Messages", "Items", "People", "Cases", "opened + open from before = closed + still open",
        "In the first quarter of 2026 there were about 10 submissions received.",
        "What the machine did", "Who appoints the people who decide", "What is switched off here", "appeals",
        "They have not been checked here yet.", "Nothing in this report was corrected.", published.id,
    ):  # fmt: skip
        assert said in text, said
    assert re.search(r"https?://[\w.:-]+/statistics\?period=2026-Q1#m1-end-submission-total", text)
    assert 'id="m1-end-submission-total"' in shown
    assert "conviction" not in text and "style=" not in shown
    anchors = re.findall(r'\bid="(m\d[^"]*)"', shown)
    assert len(anchors) == len(set(anchors)) > 30


def test_the_page_in_german_leaves_nothing_in_english(desk: Desk, published: PublishedReport) -> None:
    text = plain(re.sub(r"<(code|pre)>.*?</\1>", "", page("/statistics", accept_language="de")))
    assert "Im Zeitraum" in text and "1. Quartal 2026" in text
    left = re.findall(r".{20}\b(?:the|of|people|not shown|submissions|about|together|cases)\b.{20}", text)
    assert left == []


def test_before_anything_is_published_the_page_says_so(desk: Desk) -> None:
    assert "No figures have been published here yet" in page("/statistics")
    for address in ("/statistics.csv", "/statistics.json", "/statistics?period=2026-Q1", "/statistics?period=%00",
                    "/statistics.json?id=%00", "/statistics.json?id=" + "a" * 64):  # fmt: skip
        assert visitor().get(address).status_code == 404, address


def test_the_last_check_of_the_promises_is_shown(desk: Desk) -> None:
    said = {"at": "2026-03-01T10:00:00Z", "invariants": {"INV-01": "passed", "INV-02": "failed", "INV-03": "not yet"}}
    (desk.home.root / "last-invariants.json").write_text(json.dumps(said))
    text = plain(page("/statistics"))
    assert "hold: 1" in text and "do not hold: 1 (INV-02)" in text and "not built yet: 1" in text
    for broken in ("", "[]", '{"at": 1, "invariants": 2}', '{"invariants": {}}'):
        (desk.home.root / "last-invariants.json").write_text(broken)
        assert "They have not been checked here yet." in plain(page("/statistics"))


def test_what_cannot_be_published_is_said(desk: Desk) -> None:
    report(desk.ctx, 1)
    ctx = on(desk.ctx, 4, 2)
    with pytest.raises(UsageError, match="2026-Q2 is not over"):
        publish(period=Q2, members=MEMBERS, ctx=ctx)
    with pytest.raises(UsageError, match="how many members"):
        publish(period=Q1, ctx=ctx)
    with pytest.raises(UsageError, match="once a year"):
        publish(period=Q1, members=900, ctx=ctx)
    with pytest.raises(UsageError, match="not published yet"):
        correct(period=Q1, words="x", ctx=ctx)
    publish(period=Q1, members=MEMBERS, ctx=ctx)
    for telling in ("", "see @harbour_gull", "https://chirp.example/1", "case 12345678", "x" * 301):
        with pytest.raises(UsageError, match="cannot be printed"):
            correct(period=Q1, words=telling, ctx=ctx)
    with pytest.raises(UsageError, match="two people or by nobody"):
        correct(period=Q1, words="A word.", ctx=ctx, signers=("1" * 32,))
    assert PublishedReport.objects.count() == 1


def test_a_small_body_prints_totals_of_a_whole_year_only(desk: Desk) -> None:
    for number in range(3):
        report(desk.ctx, number)
    ctx = on(desk.ctx, 1, 2)
    new_year = ctx.__class__(now=lambda: ctx.now().replace(year=2027), random=ctx.random)
    row = publish(period=Period.year(2026), members=400, ctx=new_year)
    rows = json.loads(row.text)["rows"]
    assert {each["label"] for each in rows if each["statistic"] == "count" and each["measure"] == "M1"} == {"total"}
    assert "prints totals of a whole year only" in plain(page("/statistics"))
    assert check(row.text, row.csv).verdict is Verdict.HOLDS


def test_the_words_are_those_of_the_fixed_list() -> None:
    for measure, sentence in words.SENTENCES.items():
        assert str(sentence) == MEASURES[measure].sentence
    assert {m for m, each in MEASURES.items() if each.computed} <= set(words.SENTENCES)


def test_every_coded_label_and_whole_has_words(desk: Desk, published: PublishedReport) -> None:
    for row in json.loads(published.text)["rows"]:
        assert row["denominator_words"] in words.WHOLES, row["denominator_words"]
        if row["statistic"] == "count":
            coded = row["label"]
            assert coded in words.LABELS or f"{row['dimension']}:{coded}" in words.LABELS, coded


def test_the_reference_is_what_the_code_says() -> None:
    written = Path(__file__).resolve().parents[3] / "docs" / "reference" / "statistics.md"
    assert written.read_text() == statistics_page(), "run: make docs"
