"""Every figure counted again by SQL of its own; both identities; what a cut-off and a test report do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from tests.databases import Desk
from tests.web.publish.statistics_room import MANY, MEMBERS, Year, on, report, year

from evenhand.errors import UsageError
from evenhand.membership import MembershipResult
from evenhand.statistics import Breakdown, Dimension, MeasureId, Period, Unit
from evenhand.web.cases.contacts import Channel as NoteChannel
from evenhand.web.cases.contacts import Note, file_contact, flag_contact
from evenhand.web.cases.counting import count
from evenhand.web.desk.models import Lead, Reading, Screening
from evenhand.web.desk.words import Act, Status
from evenhand.web.publish.statistics.counting import Exact, exact, name_of, period_of
from evenhand.web.publish.statistics.reading import members_at
from evenhand.web.record.ids import ActorId
from evenhand.web.register.models import Load

pytestmark = pytest.mark.slow
Q1, Q2, WHOLE = Period.quarter(2026, 1), Period.quarter(2026, 2), Period.year(2026)
BOUNDS = {
    Q1: (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
    Q2: (datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)),
    WHOLE: (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
}


@pytest.fixture
def told(desk: Desk) -> Year:
    return year(desk.ctx)


def cells(found: Exact, measure: MeasureId, dimension: Dimension, unit: Unit) -> dict[str, int]:
    return {label: n for label, n in table(found, measure, dimension, unit).cells.items() if n}


def table(found: Exact, measure: MeasureId, dimension: Dimension, unit: Unit) -> Breakdown:
    (one,) = (
        each
        for computed in found.computed
        for each in computed.tables
        if (each.measure, each.dimension, each.unit) == (measure, dimension, unit)
    )
    return one


def sql(statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def grouped(statement: str, *parameters: object) -> dict[str, int]:
    return {str(label): int(n) for label, n in sql(statement, *parameters) if n}


def check_submissions_by_sql(period: Period) -> None:
    since, until = BOUNDS[period]
    found = exact(period, MEMBERS)
    by_channel = grouped(
        "SELECT channel, count(*) FROM cases_submission WHERE NOT seeded AND received_at >= %s AND received_at < %s"
        " GROUP BY channel", since, until,
    )  # fmt: skip
    assert cells(found, MeasureId.M1, Dimension.CHANNEL, Unit.SUBMISSION) == by_channel
    affected = sql(
        "SELECT count(*) FROM cases_submission WHERE NOT seeded AND sender IN ('target', 'representative')"
        " AND received_at >= %s AND received_at < %s", since, until,
    )[0][0]  # fmt: skip
    kinds = cells(found, MeasureId.M1, Dimension.COMPLAINANT_TYPE, Unit.SUBMISSION)
    assert kinds.get("affected", 0) == affected
    assert sum(kinds.values()) == sum(by_channel.values()) == found.sent.submissions
    ended = (
        "SELECT count(DISTINCT c.submission_id) FROM cases_case c JOIN cases_submission s ON s.id = c.submission_id"
        " JOIN cases_event e ON e.case_id = c.id WHERE NOT s.seeded AND e.target = %s AND e.at < %s"
        " AND s.received_at >= %s AND s.received_at < %s"
    )
    assert found.sent.out_of_scope == sql(ended, "out_of_scope", until, since, until)[0][0]
    assert found.sent.duplicate + found.sent.merged == sql(ended, "merged", until, since, until)[0][0]


def check_membership_and_subjects_by_sql(period: Period) -> None:
    since, until = BOUNDS[period]
    found = exact(period, MEMBERS)
    people = sql(
        "SELECT count(DISTINCT c.subject_lookup) FROM cases_case c JOIN cases_submission s ON s.id = c.submission_id"
        " WHERE NOT s.seeded AND c.received_at >= %s AND c.received_at < %s", since, until,
    )[0][0]  # fmt: skip
    members = sql(
        "SELECT count(DISTINCT c.subject_lookup) FROM cases_case c JOIN cases_submission s ON s.id = c.submission_id"
        " JOIN cases_lookup l ON l.case_id = c.id WHERE NOT s.seeded AND c.received_at >= %s AND c.received_at < %s"
        " AND l.made_at < %s AND l.result IN ('both', 'member_now', 'member_at_time')", since, until, until,
    )[0][0]  # fmt: skip
    items = sql(
        "SELECT count(*) FROM (SELECT si.item_id, min(s.received_at) AS first FROM cases_submission_item si"
        " JOIN cases_submission s ON s.id = si.submission_id WHERE NOT s.seeded GROUP BY si.item_id) f"
        " WHERE f.first >= %s AND f.first < %s", since, until,
    )[0][0]  # fmt: skip
    assert table(found, MeasureId.M2, Dimension.MEMBERSHIP, Unit.SUBJECT).total == people
    assert table(found, MeasureId.M2, Dimension.MEMBERSHIP, Unit.ITEM).total == items
    (rate,) = (named.figure for each in found.computed for named in each.figures if named.measure is MeasureId.M3)
    assert rate.value == pytest.approx(10_000 * int(members) / MEMBERS) and rate.denominator.size == MEMBERS
    undetermined = cells(found, MeasureId.M2, Dimension.MEMBERSHIP, Unit.SUBJECT).get(MembershipResult.UNDETERMINED, 0)
    assert undetermined == int(people) - int(members)


def check_routes_outcomes_and_contacts_by_sql(period: Period) -> None:
    since, until = BOUNDS[period]
    found = exact(period, MEMBERS)
    ways = grouped(
        "SELECT target, count(*) FROM (SELECT case_id, min(at) AS at, target FROM cases_event WHERE target IN"
        " ('out_of_scope', 'dismissed_unfit', 'informal', 'under_investigation') GROUP BY case_id, target) e"
        " WHERE e.at >= %s AND e.at < %s GROUP BY target", since, until,
    )  # fmt: skip
    mine = cells(found, MeasureId.M7, Dimension.ROUTE, Unit.CASE)
    named = {"out_of_scope": "out_of_scope", "under_investigation": "formal"}
    assert mine == {named[state]: n for state, n in ways.items()}
    rungs = grouped(
        "SELECT o.rung, count(*) FROM cases_outcome o JOIN cases_event e ON e.case_id = o.case_id"
        " WHERE e.target = 'decided' AND e.at >= %s AND e.at < %s GROUP BY o.rung", since, until,
    )  # fmt: skip
    assert cells(found, MeasureId.M9, Dimension.RUNG, Unit.CASE) == rungs
    assert cells(found, MeasureId.M9, Dimension.RUNG, Unit.SUBJECT) == rungs  # one decided case, one person
    voted = sql(
        "SELECT count(DISTINCT v.seat_id) FROM cases_vote v JOIN cases_event e ON e.case_id = v.case_id"
        " WHERE e.target = 'decided' AND e.at >= %s AND e.at < %s", since, until,
    )[0][0]  # fmt: skip
    seats = table(found, MeasureId.M14, Dimension.DECLARATION, Unit.SEAT)
    assert seats.total == voted and seats.cells["not_declared"] == 0


def check_the_cases_add_up_by_sql(period: Period) -> None:
    since, until = BOUNDS[period]
    flow = exact(period, MEMBERS).cases
    real = "cases_case c JOIN cases_submission s ON s.id = c.submission_id"
    closing = "(SELECT min(at) FROM cases_event e WHERE e.case_id = c.id AND e.target IN ('closed', 'merged'))"
    opened = sql(f"SELECT count(*) FROM {real} WHERE NOT s.seeded AND c.received_at >= %s AND c.received_at < %s",
                 since, until)  # fmt: skip
    closed = sql(f"SELECT count(*) FROM {real} WHERE NOT s.seeded AND {closing} >= %s AND {closing} < %s", since, until)
    left = sql(
        f"SELECT count(*) FROM {real} WHERE NOT s.seeded AND c.received_at < %s"
        f" AND ({closing} IS NULL OR {closing} >= %s)", until, until,
    )  # fmt: skip
    assert (flow.opened, flow.closed, flow.carried_out) == (opened[0][0], closed[0][0], left[0][0])
    assert flow.opened + flow.carried_in == flow.closed + flow.carried_out


def test_every_figure_again_by_sql_of_its_own(any_desk: Desk) -> None:
    year(any_desk.ctx)
    for period in (Q1, Q2, WHOLE):
        check_submissions_by_sql(period)
        check_membership_and_subjects_by_sql(period)
        check_routes_outcomes_and_contacts_by_sql(period)
        check_the_cases_add_up_by_sql(period)


def test_what_these_rows_are(told: Year) -> None:
    found = exact(Q1, MEMBERS)
    assert found.sent.submissions == MANY + 3 and found.tests == 1
    assert (found.sent.duplicate, found.sent.merged, found.sent.out_of_scope) == (1, 0, 1)
    assert exact(Q1, MEMBERS).cases.carried_out == exact(Q2, MEMBERS).cases.carried_in
    assert exact(Q2, MEMBERS).cases.closed == 1


def test_what_happens_later_changes_no_earlier_total(told: Year) -> None:
    before = exact(Q1, MEMBERS)
    report(on(told.ctx, 5, 7), 200, subject=2)
    report(on(told.ctx, 5, 8), 201, item=3)
    assert exact(Q1, MEMBERS) == before
    assert exact(Q2, MEMBERS) != before


def test_one_person_with_many_reports_is_one_person(told: Year) -> None:
    before = table(exact(Q2, MEMBERS), MeasureId.M2, Dimension.MEMBERSHIP, Unit.SUBJECT).total
    for number in range(300, 304):
        report(on(told.ctx, 5, 7), number, subject=7, item=300)
    after = exact(Q2, MEMBERS)
    assert table(after, MeasureId.M2, Dimension.MEMBERSHIP, Unit.SUBJECT).total == before + 1
    assert table(after, MeasureId.M2, Dimension.MEMBERSHIP, Unit.ITEM).total == 2
    assert after.sent.submissions == 5 and after.cases.opened == 5


def test_counting_costs_the_same_number_of_queries_however_many_cases(told: Year) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        count(Q2)
    for number in range(400, 406):
        report(on(told.ctx, 5, 9), number)
    with CaptureQueriesContext(connection) as many:
        count(Q2)
    assert len(few) == len(many) <= 14


@pytest.mark.parametrize(("text", "name"), [("2026-Q3", "2026-Q3"), ("2026 Q3", "2026-Q3"), (" 2026 ", "2026")])
def test_a_period_is_read(text: str, name: str) -> None:
    assert name_of(period_of(text)) == name


@pytest.mark.parametrize("text", ["", "2026-Q5", "Q3", "26", "2026-13", "٢٠٢٦", "0000", "2026-Q3;", "2026\x00"])
def test_what_is_no_period_is_one_clear_line(text: str) -> None:
    with pytest.raises(UsageError, match="is no period"):
        period_of(text)


def lead(number: int, found: datetime, reason: str | None = None, at: datetime | None = None) -> None:
    place = f"{number:032x}"
    Lead.objects.create(
        id=place, batch="b" * 32, target="c" * 32, record_key=f"chirp:{number}", observation="d" * 64, act=Act.WROTE,
        found_at=found, band=1, score=900, categories="insult", frame="direct", aim="reply", model="m", calibration="c",
        source=place, key="e" * 32, snapshot=place, author=place, status=Status.DROPPED if reason else Status.WAITING,
        reason=reason, disposed_by="f" * 32 if reason else None, disposed_at=at,
    )  # fmt: skip


def test_what_the_machine_did_and_what_people_said_of_it(desk: Desk) -> None:
    march, may = datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)
    lead(1, march)
    lead(2, march, "criticism", march)
    lead(3, march, "misread", may)
    lead(4, may, "criticism", may)
    Screening.objects.create(batch="b" * 32, at=march, upto=1, posts=40, leads=3, model="m")
    for outcome, posts in (("read", 31), ("too_long", 9)):
        Reading.objects.create(id=outcome, batch="b" * 32, target="c" * 32, outcome=outcome, posts=posts)
    first = exact(Q1, MEMBERS)
    said = {"nobody_has_decided_yet": 2, "not_abuse_criticism": 1}
    assert cells(first, MeasureId.M13, Dimension.RESULT, Unit.ITEM) == said
    assert cells(first, MeasureId.M13, Dimension.REASON, Unit.ITEM) == {"read": 31, "too_long": 9}
    assert cells(exact(Q2, MEMBERS), MeasureId.M13, Dimension.RESULT, Unit.ITEM) == {"not_abuse_criticism": 1}
    assert cells(exact(Q2, MEMBERS), MeasureId.M13, Dimension.REASON, Unit.ITEM) == {}


def test_contacts_by_body_and_those_that_somebody_else_had_to_flag(desk: Desk) -> None:
    case = report(desk.ctx, 1)
    officer, other = ActorId("1" * 32), ActorId("2" * 32)
    flag_contact(case=case, recipient=officer, actor=other, ctx=desk.ctx)
    for category in ("leader", "party", "press"):
        note = Note(officer, category, NoteChannel.TELEPHONE, desk.ctx.now(), "They asked how far it is.")
        case.refresh_from_db()
        file_contact(case=case, note=note, actor=officer, ctx=desk.ctx)
    found = exact(Q1, MEMBERS)
    bodies = cells(found, MeasureId.M14, Dimension.BODY, Unit.CONTACT)
    assert bodies == {"leadership": 1, "other": 1, "outside": 1}
    late = cells(found, MeasureId.M14, Dimension.WHOLE, Unit.CONTACT)
    assert late == {"found_later": 1, "logged_in_time": 2}


def test_members_are_those_of_the_loads_of_the_period_else_of_the_nearest(desk: Desk) -> None:
    with pytest.raises(UsageError, match="how many members"):
        members_at(Q1)
    for number, (month, members) in enumerate(((1, 100), (2, 300), (9, 900))):
        Load.objects.create(
            id=f"{number:032x}", key="k" * 32, loaded_by="l" * 32, loaded_at=datetime(2026, month, 3, tzinfo=UTC),
            members=members, added=0, changed=0, removed=0,
        )  # fmt: skip
    asked = (Q1, Q2, Period.quarter(2026, 3), Period.year(2025))
    assert [members_at(period) for period in asked] == [200, 300, 900, 100]
