"""`evenhand demo`: the fictional organisation, built once and served. `evenhand demo code ROLE`: a one-time code."""

from __future__ import annotations

import json
import os
import resource
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.table import Table

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json, step
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import DEFAULT_HOME, Home

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
@click.option("--posts", default=DEFAULT_POSTS, show_default=True, help="How many posts the torrent holds.")
@click.option("--dir", "directory", metavar="DIR", help="Where to build it (default: EVENHAND_DATA).")
@click.option("--port", "-p", default=8000, show_default=True, help="The port to serve on.")
@click.option("--no-serve", is_flag=True, help="Build it and stop.")
@click.option("--json", "as_json", is_flag=True, help="Print what was built as one JSON document.")
@click.pass_context
def command(
    click_ctx: click.Context, posts: int, directory: str | None, port: int, no_serve: bool, as_json: bool
) -> int:
    """Build the fictional organisation (once), screen its torrent of posts, and serve it."""
    if click_ctx.invoked_subcommand is not None:
        return 0
    began = time.perf_counter()
    home = home_of(directory)
    built = _begin(home, posts)
    if not built.finished:
        _build(home, built)
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


def _begin(home: Home, posts: int) -> Built:
    """Return the demo of this folder, new or continued; refuse a folder that holds something else."""
    built = Built.load(home)
    if built is None:
        if home.database.exists() or os.environ.get("DATABASE_URL"):
            raise UsageError(
                "this is not a demo's folder; the demo would mix invented people with real ones",
                where=str(home.root),
                mend="Name an empty folder with --dir.",
            )
        home.root.mkdir(parents=True, exist_ok=True)
        built = Built(posts=posts, now=datetime.now(UTC).replace(microsecond=0).isoformat(), sign_ins={})
        built.save(home)
    elif built.posts != posts:
        raise UsageError(
            f"the demo here has {built.posts:,} posts, not {posts:,}",
            where=str(home.root),
            mend="Name another folder with --dir, or leave --posts away.",
        )
    ready(home)
    return built


def _build(home: Home, built: Built) -> None:
    """Do all steps; each may be done again after an interruption without doubling anything."""
    from evenhand.codes import builtin_text
    from evenhand.demo import generate

    told_on = datetime.fromisoformat(built.now)
    story = Context(now=lambda: told_on, random=Context.system().random)
    files = home.root / "demo-files"
    console.print("Building the demo (once):")
    with step(f"{built.posts:,} posts in the platforms' own shapes"):
        written = generate(files, ctx=story, posts=built.posts)
    with step("people: 40 protected persons, the standing cast"):
        _people(home, built, written.protected)
    (home.root / "code.toml").write_text(builtin_text("quillhaven"), encoding="utf-8")
    with step("reading them back with the real readers"):
        _read(home, [file.path for file in written.exports])
    with step("screening what is aimed at protected accounts"):
        _screen(home)
    with step("a checkpoint over everything that was recorded"):
        _seal()
    built.finished = True
    built.save(home)


def _people(home: Home, built: Built, protected: Path) -> None:
    from evenhand.demo.names import FEDERATION
    from evenhand.web.desk.protection import declare_from_csv
    from evenhand.web.people.cast import create_standing_cast
    from evenhand.web.record.ids import SYSTEM
    from evenhand.web.record.unit import recording
    from evenhand.web.ui.organisation import organisation_file

    if built.sign_ins:
        return
    organisation_file(home).write_text(f"{FEDERATION}\n", encoding="utf-8")
    ctx = Context.system()
    with recording(actor=SYSTEM, ctx=ctx, purpose="set up the demonstration"):
        cast = create_standing_cast(ctx)
        declare_from_csv(protected, ctx=ctx)
        built.sign_ins = {member.username: member.password for member in cast}
        # Before the commit: a password nobody knows would lock the demo.
        built.save(home)


def _read(home: Home, paths: list[Path]) -> None:
    from evenhand.posts import recognise
    from evenhand.web.sources.actions import import_file

    for path in paths:
        import_file(recognised=recognise(path), ctx=Context.system(), home=home, basis=BASIS)


def _screen(home: Home) -> None:
    from evenhand.web.desk.jobs import screen_here

    screen_here(Context.system(), home)


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
    where = "" if home.root == Path(DEFAULT_HOME).resolve() else f" --dir {home.root}"
    console.print("\nWhere a one-time code is asked for, this prints it (officer, or another name from the list):")
    click.echo(f"  {_called_as()} demo code officer{where}\n", err=True)
