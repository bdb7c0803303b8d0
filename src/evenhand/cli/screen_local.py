"""`evenhand screen-local examples | refit | status | switch-off`: the organisation's own refit of the detector."""

from __future__ import annotations

from dataclasses import asdict

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group("screen-local")
def command() -> None:
    """Refit the detector to posts that two people labelled alike; nothing leaves this installation.

    A refit is switched on by two people, each signed in, at /desk/refits: a command knows nobody.
    """


@command.command("examples")
@_dir
@_json
def examples_command(directory: str | None, as_json: bool) -> None:
    """Count the labelled posts; opens no text."""
    ready(home_of(directory), create=False)
    from evenhand.web.desk.examples import counts, miss_rate

    found, rate = counts(Context.system().now()), miss_rate()
    if as_json:
        emit_json({"examples": asdict(found), "sample": asdict(rate)})
        return
    console.print(f"{found.labelled} posts are labelled; two people agree on {found.agreed}:")
    console.print(f"{found.abuse} abuse, {found.not_abuse} not abuse.")
    console.print(f"Sample of unflagged posts: {rate.missed} of {rate.n} were abuse; {rate.waiting} wait.")


@command.command("refit")
@_dir
@_json
def refit_command(directory: str | None, as_json: bool) -> None:
    """Make a refit from the agreed examples and write it into the models folder. It is in no use yet.

    Refused in words without two labellers per example, with too few examples, where the counterfactual swap test
    fails, and where a held-out check gets worse. Reading the examples is logged.
    """
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.screening import Screener
    from evenhand.web.desk.refits import make_refit

    package, path = make_refit(home, Context.system(), base=Screener())
    if as_json:
        emit_json({"id": package.id, "file": str(path), "report": package.report})
        return
    console.print(f"{package.id} is written to {path}.")
    console.print("It changes nothing yet: two people switch it on at /desk/refits.")


@command.command("status")
@_dir
@_json
def status_command(directory: str | None, as_json: bool) -> None:
    """Say which refit is in use, which wait for a second person, and which files there are."""
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.screening import Screener
    from evenhand.web.desk.refits import packages, proposed, refit_in_use, why_not

    used = refit_in_use()
    trouble = why_not(used, Screener(), home) if used else ""
    waiting, files = [use.package for use in proposed()], packages(home)
    if as_json:
        emit_json(
            {"in_use": used.package if used else None, "not_usable": trouble, "proposed": waiting, "files": files}
        )
        return
    console.print(f"In use: {used.package if used else 'the detector as shipped'}.")
    if trouble:
        console.print(f"It cannot be used ({trouble}); posts are screened with the detector as shipped.")
    console.print(f"Proposed: {', '.join(waiting) or 'none'}. Files: {', '.join(files) or 'none'}.")


@command.command("switch-off")
@_dir
def switch_off_command(directory: str | None) -> None:
    """End the refit in use, as the act of the system: the detector is as shipped from now on."""
    ready(home_of(directory), create=False)
    from evenhand.web.desk.refits import end, refit_in_use
    from evenhand.web.record.ids import SYSTEM

    used = refit_in_use()
    if used is None:
        raise UsageError("no refit is in use", where="screen-local", mend="Nothing to do.")
    end(use=used.id, actor=SYSTEM, ctx=Context.system())
    console.print(f"{used.package} is switched off.")
