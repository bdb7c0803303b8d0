"""`evenhand ledger witnesses | name-witness | end-witness`: who outside is asked to cosign our checkpoints."""

from __future__ import annotations

from typing import Any

import click

from evenhand.cli._django import home_of, ready
from evenhand.cli.output import emit_json
from evenhand.context import Context

_dir = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.command("witnesses")
@_dir
@_json
def witnesses_command(directory: str | None, as_json: bool) -> int:
    """List the witnesses that are asked, what each cosigned last and what it answered last.

    Exit 1 where one holds another tree than ours.
    """
    home = home_of(directory)
    ready(home, create=False)
    from evenhand.web.record.witnesses import standings

    found = [_plain(standing) for standing in standings(home)]
    if as_json:
        emit_json({"witnesses": found})
    else:
        for each in found:
            last = f"{each['size']} leaves, at {each['cosigned_at']}" if each["cosigned_at"] else "nothing yet"
            click.echo(f"{each['name']} ({each['url']}): cosigned {last}; last answer: {_answer(each)}")
        if not found:
            click.echo("No witness is asked; nothing leaves this machine by itself.")
    return 1 if any(each["disagrees"] for each in found) else 0


def _plain(standing: Any) -> dict[str, Any]:
    at = standing.cosigned_at
    return {
        "name": standing.witness.key.name, "vkey": str(standing.witness.key), "url": standing.witness.url,
        "size": standing.size, "cosigned_at": at.isoformat().replace("+00:00", "Z") if at else None,
        "asked_at": standing.asked_at, "answer": standing.answer, "words": standing.words,
        "disagrees": standing.disagrees,
    }  # fmt: skip


def _answer(each: dict[str, Any]) -> str:
    return " ".join(str(part) for part in (each["answer"] or "not asked yet", each["words"]) if part)


@click.command("name-witness")
@click.argument("vkey")
@click.argument("url")
@_dir
@_json
def name_command(vkey: str, url: str, directory: str | None, as_json: bool) -> None:
    """Ask the witness with this key at this address to cosign from now on; the public page lists it.

    The log then sends its checkpoints there. Give the witness the key of this log first: /ledger/policy shows it.
    """
    ready(home_of(directory), create=False)
    from evenhand.web.record.witnesses import name_witness

    witness = name_witness(vkey=vkey, url=url, ctx=Context.system())
    if as_json:
        emit_json({"name": witness.key.name, "url": witness.url})
    else:
        click.echo(f"{witness.key.name} is asked from now on, at {witness.url}.")


@click.command("end-witness")
@click.argument("name")
@_dir
@_json
def end_command(name: str, directory: str | None, as_json: bool) -> None:
    """Ask the witness of this name no longer; what it cosigned stays."""
    ready(home_of(directory), create=False)
    from evenhand.web.record.witnesses import end_witness

    end_witness(name=name, ctx=Context.system())
    if as_json:
        emit_json({"ended": name})
    else:
        click.echo(f"{name} is no longer asked.")
