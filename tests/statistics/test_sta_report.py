"""A golden report of a seeded, fictional year; each measure counted again by SQL that shares no code with it."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.codes import Rung
from evenhand.errors import DoesNotHold, UsageError
from evenhand.membership import MembershipResult
from evenhand.statistics import (
    COLUMNS,
    MEASURES,
    Body,
    BriefingRow,
    Cadence,
    CaseFlow,
    CaseRow,
    Channel,
    ComplainantType,
    ContactCategory,
    ContactRow,
    ItemRow,
    Maker,
    MeasureId,
    PauseReason,
    Period,
    Quarter,
    Route,
    StageStay,
    Statistic,
    SubjectRow,
    SubmissionEnd,
    SubmissionFlow,
    SubmissionRow,
    Unit,
    VexatiousRow,
    VexatiousStep,
    build_report,
    cadence,
    contacts,
    counting_row,
    from_plain,
    membership,
    never_printed,
    outcomes,
    plain,
    reconcile_cases,
    reconcile_submissions,
    routes,
    subjects_per_members,
    submissions,
    times,
)

MEMBERS = 48_000
VERSION = "code 1"


class Year:
    """A fictional year of rows, by seed."""

    def __init__(self, seed: int = 11, cases: int = 160) -> None:
        r = self.random = random.Random(seed)
        quarters = [Quarter(2026, n) for n in (1, 2, 3, 4)]
        self.submissions = [
            SubmissionRow(
                r.choice(quarters),
                r.choice(list(SubmissionEnd)),
                r.choice(list(Channel)),
                r.choice(list(ComplainantType)),
                r.choice(list(MembershipResult)),
                r.random() < 0.1,
                r.random() < 0.02,
            )
            for _ in range(900)
        ]
        self.items = [ItemRow(r.choice(quarters), r.choice(list(MembershipResult))) for _ in range(500)]
        self.subjects = [
            SubjectRow(r.choice(quarters), r.choice(list(MembershipResult)), r.choice([None, *Rung]), r.random() < 0.03)
            for _ in range(300)
        ]
        self.cases = [self._case() for _ in range(cases)]
        self.contacts = [
            ContactRow(r.choice(quarters), r.choice(list(ContactCategory)), r.choice(list(Body)), r.random() < 0.2)
            for _ in range(120)
        ]
        self.briefings = [BriefingRow(r.choice(quarters)) for _ in range(9)]
        self.vexatious = [VexatiousRow(r.choice(quarters), r.choice(list(VexatiousStep))) for _ in range(30)]

    def _case(self) -> CaseRow:
        r = self.random
        opened = date(2025, 10, 1) + timedelta(days=r.randrange(400))
        later = [opened + timedelta(days=n) for n in sorted(r.randrange(1, 200) for _ in range(3))]
        route = r.choice(list(Route))
        formal = route is Route.FORMAL
        stays = (
            StageStay("triage", opened, later[0], opened + timedelta(days=90)),
            StageStay("investigation", later[0], later[1], None, 0, (r.choice(list(PauseReason)),) * r.randrange(2)),
            StageStay("hearing", later[1]),
        )
        return CaseRow(
            opened=opened, closed=later[2] if r.random() < 0.7 else None, route=route, settled=later[0],
            rung=r.choice(list(Rung)) if formal else None, decided=later[1] if formal else None, stays=stays,
            contacts=r.randrange(3), seats=3 if formal else 0, seats_declared=3 if formal else 0,
            reviewed=formal, rule="respect", under_16=r.random() < 0.05,
        )  # fmt: skip

    def report(self, period: Period, quarters=()):
        maker = Maker(period, VERSION)
        counted = [counting_row(case) for case in self.cases]
        return build_report(
            [
                submissions(maker, self.submissions),
                membership(maker, self.submissions, self.items, self.subjects),
                subjects_per_members(maker, self.subjects, MEMBERS),
                routes(maker, counted, self.vexatious),
                outcomes(maker, counted, self.subjects),
                times(maker, counted),
                contacts(maker, self.contacts, counted, self.briefings),
            ],
            members=MEMBERS,
            quarters=quarters,
            left_out_tests=sum(row.test for row in self.submissions),
        )


@pytest.fixture(scope="module")
def year() -> Year:
    return Year()


@pytest.fixture(scope="module")
def sql(year: Year) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute("create table s (q, fate, channel, who, member, origin, test)")
    db.executemany("insert into s values (?,?,?,?,?,?,?)", [
        (str(x.received), x.end, x.channel, x.complainant, x.membership, x.restricted_origin, x.test)
        for x in year.submissions
    ])  # fmt: skip
    db.execute("create table i (q, member)")
    db.executemany("insert into i values (?,?)", [(str(x.received), x.membership) for x in year.items])
    db.execute("create table p (q, member, rung, young)")
    db.executemany("insert into p values (?,?,?,?)", [
        (str(x.quarter), x.membership, x.heaviest, x.under_16) for x in year.subjects
    ])  # fmt: skip
    db.execute("create table c (opened, closed, route, settled, rung, decided, seats, declared, young)")
    db.executemany("insert into c values (?,?,?,?,?,?,?,?,?)", [
        (x.opened.isoformat(), x.closed and x.closed.isoformat(), x.route, x.settled.isoformat(), x.rung,
         x.decided and x.decided.isoformat(), x.seats, x.seats_declared, x.under_16) for x in year.cases
    ])  # fmt: skip
    db.execute("create table d (stage, entered, gone, due, young)")
    db.executemany("insert into d values (?,?,?,?,?)", [
        (y.stage, y.entered.isoformat(), y.left and y.left.isoformat(), y.due and y.due.isoformat(), x.under_16)
        for x in year.cases for y in x.stays
    ])  # fmt: skip
    db.execute("create table k (q, category, body, late)")
    db.executemany("insert into k values (?,?,?,?)", [
        (str(x.quarter), x.category, x.body, x.found_later) for x in year.contacts
    ])  # fmt: skip
    return db


PERIODS = [*(Period.quarter(2026, n) for n in (1, 2, 3, 4)), Period.year(2026)]


def grouped(sql: sqlite3.Connection, query: str, *args: object) -> dict[str, int]:
    return dict(sql.execute(query, args).fetchall())


def cells(table) -> dict[str, int]:
    return {label: count for label, count in table.cells.items() if count}


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_each_measure_is_what_sql_counts(year, sql, period):
    maker = Maker(period, VERSION)
    counted = [counting_row(case) for case in year.cases]
    q = (str(period.first), str(period.last))
    days = (period.start.isoformat(), period.end.isoformat())
    m1 = submissions(maker, year.submissions).tables
    for table, column in zip(m1, ("fate", "channel", "who"), strict=False):
        assert cells(table) == grouped(
            sql, f"select {column}, count(*) from s where q between ? and ? and not test group by 1", *q
        )
    m2 = membership(maker, year.submissions, year.items, year.subjects).tables
    queries = ("s where not test and", "i where", "p where not young and")
    for table, source in zip(m2, queries, strict=True):
        assert cells(table) == grouped(sql, f"select member, count(*) from {source} q between ? and ? group by 1", *q)
    people = sql.execute(
        "select count(*) from p where q between ? and ? and member in ('both','member_now','member_at_time')", q
    ).fetchone()[0]
    (m3,) = subjects_per_members(maker, year.subjects, MEMBERS).figures
    assert m3.figure.value == pytest.approx(people * 10_000 / MEMBERS)
    m7 = routes(maker, counted, year.vexatious).tables[0]
    assert cells(m7) == grouped(
        sql, "select route, count(*) from c where settled >= ? and settled < ? and not young group by 1", *days
    )
    m9 = outcomes(maker, counted, year.subjects).tables
    assert cells(m9[0]) == grouped(
        sql, "select rung, count(*) from c where decided >= ? and decided < ? and not young group by 1", *days
    )
    assert cells(m9[1]) == grouped(
        sql, "select rung, count(*) from p where q between ? and ? and not young and rung not null group by 1", *q
    )
    m14 = contacts(maker, year.contacts, counted, year.briefings).tables
    assert cells(m14[0]) == grouped(sql, "select category, count(*) from k where q between ? and ? group by 1", *q)
    assert cells(m14[1]) == grouped(sql, "select body, count(*) from k where q between ? and ? group by 1", *q)


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_times_are_what_sql_computes(year, sql, period):
    found = times(Maker(period, VERSION), [counting_row(case) for case in year.cases]).figures
    by_label = {named.label: named.figure for named in found}
    for stage in ("triage", "investigation"):
        rows = sql.execute(
            "select julianday(gone) - julianday(entered) as n, gone <= due from d "
            "where stage = ? and gone >= ? and gone < ? and not young order by n",
            (stage, period.start.isoformat(), period.end.isoformat()),
        ).fetchall()
        middle = [rows[(len(rows) - 1) // 2][0], rows[len(rows) // 2][0]]
        assert by_label[f"{stage}, median"].value == sum(middle) / 2
        assert by_label[f"{stage}, longest"].value == rows[-1][0]
        assert by_label[f"{stage}, nine in ten within"].value == rows[-(-9 * len(rows) // 10) - 1][0]
        if stage == "triage":
            share = by_label["triage, in its clock"]
            assert share.value == pytest.approx(sum(row[1] for row in rows) / len(rows))
    assert not [label for label in by_label if label.startswith("hearing")]


@pytest.mark.parametrize("period", PERIODS, ids=str)
def test_the_identities_hold(year, sql, period):
    flow = reconcile_submissions(period, year.submissions)
    assert flow.submissions == flow.new + flow.duplicate + flow.out_of_scope + flow.merged
    cases = reconcile_cases(period, [counting_row(case) for case in year.cases])
    carried = sql.execute(
        "select count(*) from c where opened < ? and (closed is null or closed >= ?)", [period.start.isoformat()] * 2
    ).fetchone()[0]
    assert cases.carried_in == carried
    assert cases.opened + cases.carried_in == cases.closed + cases.carried_out


def test_what_one_quarter_carries_out_the_next_carries_in(year):
    counted = [counting_row(case) for case in year.cases]
    flows = [reconcile_cases(period, counted) for period in PERIODS[:4]]
    assert [each.carried_out for each in flows[:3]] == [each.carried_in for each in flows[1:]]


def test_an_identity_that_does_not_hold_is_an_error():
    with pytest.raises(DoesNotHold, match="5 submissions"):
        SubmissionFlow(5, 1, 1, 1, 1)
    with pytest.raises(DoesNotHold, match="counted twice"):
        CaseFlow(1, 1, 1, 2)
    with pytest.raises(DoesNotHold):
        reconcile_submissions(PERIODS[0], [], received=1)


@pytest.mark.slow
@settings(max_examples=20)
@given(st.integers(0, 1_000), st.floats(0, 1))
def test_inv_39_totals_are_the_same_before_and_after_erasure(seed, share):
    year = Year(seed % 7, cases=20)
    pick = random.Random(seed)
    before = [counting_row(case) for case in year.cases]
    # After erasure only the committed document is there: canonical JSON, read back by the auditor.
    after = [from_plain(json.loads(json.dumps(plain(row)))) if pick.random() < share else row for row in before]
    pick.shuffle(after)
    for period in PERIODS:
        maker = Maker(period, VERSION)
        assert outcomes(maker, before, []) == outcomes(maker, after, [])
        assert routes(maker, before, []) == routes(maker, after, [])
        assert times(maker, before) == times(maker, after)
        assert contacts(maker, [], before, []) == contacts(maker, [], after, [])
        assert reconcile_cases(period, before) == reconcile_cases(period, after)


def test_a_stay_counts_without_its_pauses_and_a_late_one_is_out_of_its_clock():
    stay = StageStay("triage", date(2026, 1, 1), date(2026, 1, 31), date(2026, 1, 30), 10, (PauseReason.COURT,))
    (count,) = counting_row(CaseRow(opened=date(2026, 1, 1), stays=(stay,))).stages
    assert (count.days, count.in_clock, count.quarter) == (20, False, Quarter(2026, 1))


def test_a_counting_row_holds_no_day_and_nothing_personal():
    text = json.dumps(plain(counting_row(Year().cases[0])))
    assert "-" not in text
    with pytest.raises(UsageError, match="counting row"):
        from_plain({"opened": None})


@pytest.mark.slow
def test_the_year_hides_what_its_quarters_hid_and_prints_no_small_number(year):
    quarters = [year.report(period) for period in PERIODS[:4]]
    whole = year.report(PERIODS[4], quarters)
    for report in [*quarters, whole]:
        for row in report.rows():
            assert set(row) == set(COLUMNS)
            if row["statistic"] == Statistic.COUNT and row["value"].isdigit():
                assert int(row["value"]) % 5 == 0
            assert (
                row["unit"] and row["period"] and row["denominator_words"] and row["code_version"] and row["interval"]
            )
    for name, hidden in whole.hidden.items():
        assert hidden >= frozenset().union(*(each.hidden[name] for each in quarters))


def test_sentences_can_be_quoted(year):
    report = year.report(PERIODS[0])
    sentences = report.sentences()
    assert len(sentences) > 40
    for sentence in sentences:
        assert sentence.endswith(".") and sentence[0].isupper()
        assert "the first quarter of 2026" in sentence
        assert not never_printed(sentence)
        assert "{" not in sentence and "_" not in sentence
    assert any("people complained about per 10,000 members (95 % interval" in each for each in sentences)


def test_csv_and_json_say_the_same(year):
    report = year.report(PERIODS[0])
    assert list(csv.DictReader(io.StringIO(report.as_csv()))) == json.loads(report.as_json())["rows"] == report.rows()
    assert json.loads(report.as_json())["test_reports_left_out"] > 0


def test_a_small_body_publishes_one_page_a_year():
    assert cadence(999) is Cadence.ANNUAL and cadence(1_000) is Cadence.QUARTERLY
    rows = [SubmissionRow(Quarter(2026, 1), SubmissionEnd.NEW)] * 12
    with pytest.raises(UsageError, match="once a year"):
        build_report([submissions(Maker(PERIODS[0], VERSION), rows)], members=300)
    report = build_report([submissions(Maker(PERIODS[4], VERSION), rows)], members=300)
    assert {row["label"] for row in report.rows()} == {"total"}


def test_a_report_is_of_one_period_and_one_code(year):
    with pytest.raises(UsageError, match="one period"):
        build_report([submissions(Maker(period, VERSION), year.submissions) for period in PERIODS[:2]], members=MEMBERS)
    with pytest.raises(UsageError, match="one period"):
        build_report([], members=MEMBERS)
    twice = submissions(Maker(PERIODS[0], VERSION), year.submissions)
    with pytest.raises(UsageError, match="twice"):
        build_report([twice, twice], members=MEMBERS)


def test_the_catalogue_is_the_fixed_list():
    assert [int(each[1:]) for each in MEASURES] == list(range(1, 28))
    for each in MEASURES.values():
        sentence = each.says(period="the first quarter of 2026", value="12 cases", whole="40 cases decided", label="x")
        assert "12 cases" in sentence and "40 cases decided" in sentence and "the first quarter of 2026" in sentence
    computed = {each.id for each in MEASURES.values() if each.computed}
    assert computed == {MeasureId(f"M{n}") for n in (1, 2, 3, 7, 9, 10, 14)}
    assert MEASURES[MeasureId.M2].units == (Unit.SUBMISSION, Unit.ITEM, Unit.SUBJECT)
    assert MEASURES[MeasureId.M9].units == (Unit.SUBJECT, Unit.CASE)


def test_nothing_at_all_is_zero_and_printed():
    maker = Maker(PERIODS[0], VERSION)
    report = build_report([contacts(maker, [], [], [])], members=MEMBERS)
    assert {row["value"] for row in report.rows()} == {"0"}
    assert any("no recorded contacts" in sentence for sentence in report.sentences())
