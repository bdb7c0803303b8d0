"""`evenhand demo`: the fictional organisation, built once and served. `evenhand demo code ROLE`: a one-time code."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json, step
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import DEFAULT_HOME, Home

if TYPE_CHECKING:
    from evenhand.web.record.ids import ActorId

DEFAULT_POSTS = 20_000
BASIS = "demonstration: everybody in these files is invented"


@dataclass(slots=True)
class Built:
    """What is known of a demo, kept in its folder: how many posts, which day it is told on, what is done."""

    posts: int
    now: str
    sign_ins: dict[str, str]
    finished: bool = False

    def save(self, home: Home) -> None:
        """Write it beside the data; readable by its owner alone, for it holds the demo's passwords."""
        temporary = home.demo_mark.with_suffix(".tmp")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
        temporary.replace(home.demo_mark)

    @classmethod
    def load(cls, home: Home) -> Built | None:
        """Return what was kept, or None where no demo was begun."""
        if not home.demo_mark.exists():
            return None
        return cls(**json.loads(home.demo_mark.read_text()))


@click.group(invoke_without_command=True)
@click.option(
    "--posts", type=int, show_default=f"{DEFAULT_POSTS}, or as many as the demo there holds",
    help="How many posts the torrent holds.",
)  # fmt: skip
@click.option("--dir", "directory", metavar="DIR", help="Where to build it (default: EVENHAND_DATA).")
@click.option("--port", "-p", default=8000, show_default=True, help="The port to serve on.")
@click.option("--no-serve", is_flag=True, help="Build it and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as one JSON document.")
@click.pass_context
def command(
    click_ctx: click.Context, posts: int | None, directory: str | None, port: int, no_serve: bool, as_json: bool
) -> int:
    """Build the fictional organisation (once), screen its torrent of posts, and serve it."""
    if click_ctx.invoked_subcommand is not None:
        return 0
    began = time.perf_counter()
    home = home_of(directory)
    built = _begin(home, posts)
    if not built.finished:
        _build(home, built, port)
    facts = _facts(built, time.perf_counter() - began)
    if as_json:
        emit_json(facts | {"directory": str(home.root), "sign_ins": built.sign_ins})
    else:
        _show(home, built, facts)
    if no_serve:
        return 0
    from evenhand.cli.serve import serve

    return serve(port=port)


@command.command("code")
@click.argument("role")
@click.option("--dir", "directory", metavar="DIR", help="Where the demo was built (default: EVENHAND_DATA).")
def code(role: str, directory: str | None) -> None:
    """Print the current one-time code of a demo account, such as officer."""
    home = home_of(directory)
    if Built.load(home) is None:
        raise UsageError("there is no demo here", where=str(home.root), mend="Build one with: evenhand demo.")
    ready(home, create=False)
    from evenhand.web.people.cast import current_code
    from evenhand.web.people.models import User

    try:
        account = User.objects.get(username=role)
    except User.DoesNotExist:
        names = ", ".join(User.objects.order_by("username").values_list("username", flat=True))
        raise UsageError(f"there is no demo account '{role}'", mend=f"There are: {names}.") from None
    click.echo(current_code(account, at=datetime.now(UTC)))


def _begin(home: Home, posts: int | None) -> Built:
    """Return the demo of this folder, new or continued; refuse a folder that holds something else."""
    from evenhand.demo import check_size

    built = Built.load(home)
    if built is None:
        if home.database.exists() or os.environ.get("DATABASE_URL"):
            raise UsageError(
                "this is not a demo's folder; the demo would mix invented people with real ones",
                where=str(home.root),
                mend="Name an empty folder with --dir.",
            )
        fresh = DEFAULT_POSTS if posts is None else posts
        check_size(fresh)  # before anything is written: else the next try would find a demo of that size begun
        home.make()
        built = Built(posts=fresh, now=datetime.now(UTC).replace(microsecond=0).isoformat(), sign_ins={})
        built.save(home)
    elif posts is not None and built.posts != posts:
        raise UsageError(
            f"the demo here has {built.posts:,} posts, not {posts:,}",
            where=str(home.root),
            mend="Name another folder with --dir, or leave --posts away.",
        )
    ready(home, ctx=_set_up(datetime.fromisoformat(built.now)))
    return built


def _build(home: Home, built: Built, port: int) -> None:
    """Do all steps; each may be done again after an interruption without doubling anything."""
    from evenhand.demo import generate, rules

    told_on = datetime.fromisoformat(built.now)
    story = Context(now=lambda: told_on, random=Context.system().random)
    files = home.root / "demo-files"
    console.print("Building the demo (once):")
    with step(f"{built.posts:,} posts in the platforms' own shapes"):
        written = generate(files, ctx=story, posts=built.posts)
    with step("people: 40 protected persons, the standing cast"):
        _people(home, built, written.protected)
    (home.root / "code.toml").write_text(rules.code_text(), encoding="utf-8")
    set_up = _set_up(told_on)
    with step("rules and procedure signed, pool appointed"):
        _rules(home, set_up, port)
    with step("the register of members, sealed"):
        _register(written.register, set_up)
    with step("a case in every stage, by everybody in it"):
        _cases(home, written.register, told_on)
    with step("figures of the last whole quarter, published"):
        _figures(told_on)
    with step("reading them back with the real readers"):
        _read(home, [file.path for file in written.exports])
    with step("screening what is aimed at protected accounts"):
        _screen(home)
    with step("the pile-on as a wave file, shown to whom it was aimed at"):
        _around(home)
    with step("a checkpoint over everything that was recorded"):
        _seal()
    built.finished = True
    built.save(home)


def _people(home: Home, built: Built, protected: Path) -> None:
    from evenhand.demo.names import FEDERATION
    from evenhand.web.desk.protection import declare_from_csv
    from evenhand.web.people.cast import create_company, create_standing_cast
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.record.unit import recording
    from evenhand.web.ui.organisation import organisation_file

    if built.sign_ins:
        return
    organisation_file(home).write_text(f"{FEDERATION}\n", encoding="utf-8")
    ctx = _set_up(datetime.fromisoformat(built.now))
    with recording(actor=SYSTEM, ctx=ctx, purpose="set up the demonstration"):
        cast = (*create_standing_cast(ctx), *create_company(ctx))
        declare_from_csv(protected, ctx=ctx)
        built.sign_ins = {member.username: member.password for member in cast}
        # Before the commit: a password nobody knows would lock the demo.
        built.save(home)


def _set_up(told_on: datetime) -> Context:
    """Return a context on the day the fictional house was set up: its cases were received after that."""
    from evenhand.demo.rules import DAYS_BEFORE

    began = told_on - timedelta(days=DAYS_BEFORE)
    return Context(now=lambda: began, random=Context.system().random)


def _rules(home: Home, ctx: Context, port: int) -> None:
    """Publish code and procedure, each signed by an officer and the case keeper; appoint the pool. Once."""
    from evenhand.demo import rules
    from evenhand.web.cases.nonces import AT_ONCE, left, promise
    from evenhand.web.record.ids import ActorId
    from evenhand.web.rules.actions import publish_code, publish_procedure
    from evenhand.web.rules.queries import code_versions, procedures

    (home.root / "letters.toml").write_text(rules.letters(port), encoding="utf-8")
    people = {name: ActorId(person) for name, person in _ids().items()}
    officer, keeper = people["officer"], people["case_keeper"]
    if not code_versions():
        publish_code(text=rules.code_text(), first_signer=officer, second_signer=keeper, ctx=ctx)
    if not procedures():
        text = rules.procedure_text(ctx.now().date())
        publish_procedure(text=text, first_signer=officer, second_signer=keeper, ctx=ctx)
    _appoint(people, ctx)
    if not left():
        promise(number=AT_ONCE, actor=keeper, ctx=ctx)


def _appoint(people: Mapping[str, ActorId], ctx: Context) -> None:
    """Appoint the pool, all of it or nobody."""
    from evenhand.demo.rules import pool
    from evenhand.web.cases.models import PoolMember
    from evenhand.web.cases.pool import Appointment, appoint
    from evenhand.web.record.unit import recording

    if PoolMember.objects.exists():
        return
    keeper = people["case_keeper"]
    with recording(actor=keeper, ctx=ctx, purpose="appoint the pool"):
        for seat in pool(ctx.now().date()):
            trained = (seat.trained_on, seat.trained_until)
            appoint(
                appointment=Appointment(people[seat.username], seat.kind, seat.appointed_by, *trained),
                actor=keeper,
                ctx=ctx,
            )


def _register(file: Path, ctx: Context) -> None:
    """Load the register; a second time changes nothing."""
    from evenhand.membership import read_register
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.register.actions import load
    from evenhand.web.register.queries import latest_load

    if latest_load() is None:
        load(register=read_register(file), actor=SYSTEM, ctx=ctx)


def _cases(home: Home, register: Path, told_on: datetime) -> None:
    """Make the cases, once, and write down the codes that open both sides of each."""
    import csv

    from evenhand.cli.demo_cases import Play, make_cases
    from evenhand.web.cases.models import Case
    from evenhand.web.record.ids import ActorId

    if Case.objects.exists():
        return
    with register.open(encoding="utf-8", newline="") as file:
        here = [row for row in csv.DictReader(file) if not row["left"] and not row["deceased"]]
    members = [(row["member_id"], row["name"]) for row in here[:40]]
    lines = []

    def note(stage: str, play: Play) -> None:
        fact = f"(membership number ends {play.member[-4:]})"
        answers = f"  /answer {play.answer_code} {fact}" if play.answer_code else ""
        lines.append(f"{play.case.number}  {stage}: /follow {play.code}{answers}")

    people = {name: ActorId(person) for name, person in _ids().items()}
    make_cases(told_on=told_on, people=people, members=members, codes=note)
    (home.root / "demo-codes.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _figures(told_on: datetime) -> None:
    """Publish the figures of the last quarter that is over, once."""
    from evenhand.web.publish.models import PublishedReport
    from evenhand.web.publish.statistics.counting import period_of
    from evenhand.web.publish.statistics.publishing import publish

    year, quarter = (told_on.year, (told_on.month - 1) // 3)
    period = period_of(f"{year}-Q{quarter}" if quarter else f"{year - 1}-Q4")
    if not PublishedReport.objects.exists():
        publish(period=period, ctx=Context(now=lambda: told_on, random=Context.system().random))


def _ids() -> dict[str, str]:
    from evenhand.web.people.models import User

    return dict(User.objects.values_list("username", "id"))


def _read(home: Home, paths: list[Path]) -> None:
    from evenhand.posts import recognise
    from evenhand.web.sources.actions import import_file

    for path in paths:
        import_file(recognised=recognise(path), ctx=Context.system(), home=home, basis=BASIS)


def _screen(home: Home) -> None:
    from evenhand.web.desk.jobs import screen_here

    screen_here(Context.system(), home)


def _around(home: Home) -> None:
    from evenhand.cli.demo_cases.around import file_the_pile_on, write_rota
    from evenhand.web.record.ids import ActorId

    write_rota(home)
    people = {name: ActorId(person) for name, person in _ids().items()}
    file_the_pile_on(people=people, ctx=Context.system())


def _seal() -> None:
    from evenhand.web.record.checkpoints import make_checkpoint

    make_checkpoint(Context.system())


def _facts(built: Built, seconds: float) -> dict[str, int | float]:
    from evenhand.web.desk.queries import figures
    from evenhand.web.record.queries import log_size

    return {
        "posts": built.posts,
        **figures(),
        "leaves": log_size(),
        "seconds": round(seconds, 1),
        "peak_memory_mib": _peak_mib(),
    }


def _peak_mib() -> int:
    """Return the peak resident memory of this process in MiB (Linux counts in KiB, macOS in bytes)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // (1024**2 if sys.platform == "darwin" else 1024)


def _show_one(home: Home) -> None:
    """Say for one case what to type, as whoever had the letter would, before their time to answer is over."""
    codes = home.root / "demo-codes.txt"
    lines = codes.read_text(encoding="utf-8").splitlines() if codes.exists() else []
    answering = [line.partition("/answer ")[2] for line in lines if " reply_window:" in line]
    if answering and answering[0]:
        console.print(f"For example, as the person complained about: open /answer and type [bold]{answering[0]}[/bold]")


def _called_as() -> str:
    """Return how this program was called, so that a printed hint can be typed as it stands."""
    if shutil.which("evenhand"):
        return "evenhand"
    called = Path(sys.argv[0]).absolute()
    return str(called.relative_to(Path.cwd())) if called.is_relative_to(Path.cwd()) else str(called)


def _show(home: Home, built: Built, facts: dict[str, int | float]) -> None:
    console.print(
        f"\n{facts['posts']:,} posts, {facts['leads']:,} leads waiting, {facts['unread']:,} not read, "
        f"{facts['leaves']:,} leaves in the log; {facts['seconds']} s, {facts['peak_memory_mib']} MiB.\n"
    )
    table = Table("sign in as", "password", box=None, pad_edge=False)
    for username, password in built.sign_ins.items():
        table.add_row(username, password)
    console.print(table)
    console.print(f"\nCodes that open both sides of each case, by stage: [bold]{home.root / 'demo-codes.txt'}[/bold]")
    _show_one(home)
    where = "" if home.root == Path(DEFAULT_HOME).resolve() else f" --dir {home.root}"
    console.print("\nWhere a one-time code is asked for, this prints it (officer, or another name from the list):")
    click.echo(f"  {_called_as()} demo code officer{where}\n", err=True)
