"""`evenhand witness init | know | serve | status`: cosign the log of a sister organisation."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.ledger.leaf import format_time
from evenhand.witness import WitnessFolder, serve

_dir = click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    default="evenhand-witness",
    show_default=True,
    help="The folder of the witness.",
)
_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")


@click.group("witness")
def command() -> None:
    """Run a witness: it cosigns checkpoints of logs it knows, each only if it continues the one before."""


@command.command("init")
@click.argument("name")
@click.option("--log", "logs", multiple=True, metavar="VKEY", help="The key of a log to cosign; may be repeated.")
@_dir
@_json
def init_command(name: str, logs: tuple[str, ...], directory: Path, as_json: bool) -> None:
    """Make a witness called NAME (such as witness.example.org) and print the key to give to the logs it cosigns."""
    folder = WitnessFolder(directory)
    key = folder.create(name, Context.system())
    for vkey in logs:
        folder.know(vkey)
    if as_json:
        emit_json({"vkey": str(key), "logs": [str(each) for each in folder.log_keys()], "dir": str(directory)})
    else:
        click.echo(str(key))


@command.command("know")
@click.argument("vkey")
@_dir
@_json
def know_command(vkey: str, directory: Path, as_json: bool) -> None:
    """Add the key of a log, or a log's new key after it changed; a running witness knows it at once."""
    folder = WitnessFolder(directory)
    folder.witness(Context.system())
    key = folder.know(vkey)
    if as_json:
        emit_json({"known": [str(each) for each in folder.log_keys()]})
    else:
        click.echo(f"Checkpoints of {key.name} are cosigned from now on.")


@command.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", "-p", default=8100, show_default=True, help="The port to listen on.")
@click.option("--prefix", default="", metavar="PATH", help="The path before /add-checkpoint, such as /witness.")
@_dir
def serve_command(host: str, port: int, prefix: str, directory: Path) -> None:
    """Cosign until interrupted. Put a web server that speaks TLS in front of it."""
    witness = WitnessFolder(directory).witness(Context.system())
    with serve(witness, host, port, prefix) as server:
        console.print(f"{witness.signer.name} cosigns at http://{host}:{server.server_port}{prefix}/add-checkpoint")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("Stopped.")


@command.command("status")
@_dir
@_json
def status_command(directory: Path, as_json: bool) -> int:
    """Say what was last cosigned of each log, and what was refused because it contradicted (exit 1)."""
    folder = WitnessFolder(directory)
    folder.witness(Context.system())
    refusals = folder.memory.refusals()
    logs = [_state(folder, origin) for origin in sorted({key.name for key in folder.log_keys()})]
    if as_json:
        refused = [{"log": each.origin, "at": _time(each.at), "why": each.why} for each in refusals]
        emit_json({"logs": logs, "refused": refused})
        return 1 if refusals else 0
    for log in logs:
        last = f"{log['size']} leaves, at {log['at']}" if log["at"] else "nothing cosigned yet"
        click.echo(f"{log['log']}: {last}")
    for each in refusals:
        click.echo(f"refused at {_time(each.at)}: {each.origin}: {each.why}")
    return 1 if refusals else 0


def _state(folder: WitnessFolder, origin: str) -> dict[str, Any]:
    last = folder.memory.last(origin)
    return {"log": origin, "size": last.head.size if last else 0, "at": _time(last.at) if last else None}


def _time(seconds: int) -> str:
    return format_time(datetime.fromtimestamp(seconds, UTC))
