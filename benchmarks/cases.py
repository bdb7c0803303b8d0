"""Cases at size: the queue and the case page with 20,000 cases, the queries they take, and reports per minute.

    python benchmarks/cases.py [--small] [--cases N]

Builds an installation in a temporary folder (SQLite; PostgreSQL where DATABASE_URL names an empty database), makes
real cases through the verbs and copies their rows, then asks for the pages as a signed-in officer. Goals (issue
"Desk to decision"): p95 under 150 ms server time, the same number of queries however many cases, 200 reports a minute.
Ratios: each page beside /healthz of the same run; the reports beside a bare commit of the log.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

REQUESTS = 60
MINE = 200  # cases the officer holds
REAL = 20


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="500 cases: does it run at all?")
    parser.add_argument("--cases", type=int, default=0)
    asked = parser.parse_args()
    number = asked.cases or (500 if asked.small else 20_000)
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)):
        measure(number)


@contextmanager
def installation(folder: Path) -> Iterator[None]:
    """A new installation with its key service, for the duration."""
    os.environ["EVENHAND_DATA"] = str(folder / "home")
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from evenhand.cli import _django

    _django.ready(_django.home_of(None))
    try:
        yield
    finally:
        _django._held.close()


def measure(number: int) -> None:
    """Print the figures for this many cases."""
    from evenhand.context import Context
    from evenhand.web.people.cast import create_standing_cast

    ctx = Context.system()
    members = {member.username: member for member in create_standing_cast(ctx)}
    commit = timed(lambda: bare_commit(ctx), 30)
    reports = [timed_once(lambda: report(ctx)) for _ in range(REAL * 3)]
    per_minute = 60 / statistics.mean(reports)
    print(
        f"reports received    {per_minute:8.0f} a minute   {statistics.mean(reports) / commit:5.1f} bare commits each"
    )
    officer = members["officer"].person
    cases = taken(officer, ctx)
    client = signed_in(officer)
    few = pages(client, cases, quiet=True)
    copy_rows(number, officer)
    many = pages(client, cases)
    for name in few:
        same = "the same" if few[name] == many[name] else f"{few[name]} with {REAL * 3}"
        print(f"{name:18}  {many[name]:4d} queries with {number} cases ({same})")


def timed_once(work: Callable[[], object]) -> float:
    """Return how long one call takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def timed(work: Callable[[], object], number: int) -> float:
    """Return the median of some calls, in seconds."""
    return statistics.median(timed_once(work) for _ in range(number))


def bare_commit(ctx: Any) -> None:
    """Write one document that says nothing."""
    from evenhand.web.record.ids import ORGANISATION, SYSTEM
    from evenhand.web.record.unit import recording

    with recording(actor=SYSTEM, ctx=ctx, purpose="benchmark") as r:
        r.add(type="wave.filed", key=ORGANISATION, body={})


def report(ctx: Any) -> str:
    """Receive one report and return its case."""
    from evenhand.web.cases.engine import Report, SaidItem, open_case

    post = SaidItem(f"chirp:{ctx.new_id()}", "https://chirp.example/1", text="You muppet")
    said = Report(
        sender="target", explanation="He called me a muppet.", subjects=(f"Robin {ctx.new_id()}",), items=(post,)
    )
    return open_case(report=said, ctx=ctx).cases[0]


def taken(officer: str, ctx: Any) -> list[str]:
    """Return real cases that the officer took to intake."""
    from evenhand.procedure.roles import CaseRole
    from evenhand.web.cases.models import Case
    from evenhand.web.cases.seats import take

    cases = list(Case.objects.order_by("place_in_year").values_list("id", flat=True)[:REAL])
    for case in cases:
        take(case=case, role=CaseRole.INTAKE, person=officer, ctx=ctx)
    return cases


def signed_in(officer: str) -> Any:
    """Return a client whose session has passed the second step."""
    from django.test import Client

    from evenhand.web.people.models import User
    from evenhand.web.people.second_step import MARK

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(pk=officer), backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session[MARK] = officer
    session.save()
    return client


def pages(client: Any, cases: list[str], *, quiet: bool = False) -> dict[str, int]:
    """Ask for each page many times, print its times, and return how many queries one answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    addresses: dict[str, Callable[[int], str]] = {
        "/healthz": lambda _: "/healthz",
        "queue /desk": lambda _: "/desk",
        "list /cases": lambda _: "/cases",
        "case page": lambda place: f"/cases/{cases[place % len(cases)]}",
    }
    counts, base = {}, 0.0
    for name, address in addresses.items():
        times = [timed_once(partial(answered, client, address(place))) for place in range(REQUESTS)]
        base = base or statistics.median(times)
        with CaptureQueriesContext(connection) as caught:
            answered(client, address(0))
        counts[name] = len(caught)
        if not quiet:
            p95 = sorted(times)[int(len(times) * 0.95)]
            median = statistics.median(times)
            print(f"{name:18}  median {median * 1e3:6.1f} ms   p95 {p95 * 1e3:6.1f} ms   {median / base:5.1f} healthz")
    return counts


def answered(client: Any, address: str) -> None:
    """Ask for a page; anything but 200 ends the benchmark."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def copy_rows(number: int, officer: str) -> None:
    """Copy the rows of real cases until there are so many; the triggers are away meanwhile, as for an administrator."""
    from django.db import connection, transaction

    from evenhand.web.record.guards import apply_triggers, schema_changes

    with schema_changes(connection), transaction.atomic(), connection.cursor() as cursor:
        drop_triggers(cursor, connection.vendor)
        for start in range(0, number, 1_000):
            copy_some(range(start, min(number, start + 1_000)), officer)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while a check is still to come
        apply_triggers(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as the server does by itself within a minute


def drop_triggers(cursor: Any, vendor: str) -> None:
    """Take every trigger of cases away."""
    if vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'cases_%'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER "{name}"')
    else:
        cursor.execute("SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                       " WHERE NOT t.tgisinternal AND c.relname LIKE 'cases_%'")  # fmt: skip
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


def copy_some(places: range, officer: str) -> None:
    """Copy one real case with its events, clocks and parties for each place."""
    from evenhand.procedure.states import NOT_LIVE, State
    from evenhand.procedure.transitions import owner_of
    from evenhand.web.cases.models import Case, Clock, Event, Party, Seat, Submission

    models: dict[type, list[Any]] = {each: [] for each in (Submission, Case, Party, Event, Clock, Seat)}
    first = Case.objects.select_related("submission").exclude(year=2001).order_by("place_in_year")[REAL]
    rows = {model: list(model.objects.filter(case=first)) for model in (Party, Event, Clock)}
    states = [state for state in State if state not in {State.DRAFT, State.MERGED}]
    for place in places:
        state = states[place % len(states)]
        submission = renewed(first.submission, place)
        case = renewed(first, place, submission=submission, number=f"2001-{place}", year=2001, place_in_year=place)
        case.state, case.owner_role = state.value, owner_of(state).value
        case.subject_lookup = f"{place % (len(places) or 1):064d}"
        if state in NOT_LIVE:
            case.owner_role = case.due = case.aim = None
        elif place < MINE:
            case.owner, case.owner_role = officer, "intake"
            models[Seat].append(
                Seat(id=f"{place:032x}", case=case, person=officer, role="intake", role_set="assessment",
                     begins=case.received_at)
            )  # fmt: skip
        models[Submission].append(submission)
        models[Case].append(case)
        for model, originals in rows.items():
            models[model] += [renewed(row, place, number, case=case) for number, row in enumerate(originals)]
    for model, made in models.items():
        model._default_manager.bulk_create(made, batch_size=500)  # type: ignore[attr-defined]


def renewed(row: Any, place: int, part: int = 0, **changed: Any) -> Any:
    """Return a copy of a row with an id of its own."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    for name, value in changed.items():
        values[row._meta.get_field(name).attname] = getattr(value, "pk", value)
    values["id"] = f"{part + 1:02x}{place:030x}"
    if "code_digest" in values:
        values["code_digest"] = None
    return type(row)(**values)


if __name__ == "__main__":
    main()
