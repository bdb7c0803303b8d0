"""`evenhand perspective`: the scoring service alone, its keys, and the comparison with old scores.

Needs neither Django nor the corpus: nothing here may import them.
"""

from __future__ import annotations

import contextlib
import re
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import click
from rich.markup import escape
from rich.table import Table

from evenhand.cli._django import home_of
from evenhand.cli.output import console, emit_json
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.perspective import Service, Settings, feedback, keys, open_service
from evenhand.perspective.compare.report import map_from
from evenhand.perspective.keys import Key
from evenhand.perspective.quota import Allowance
from evenhand.perspective.scorer import Item
from evenhand.perspective.server import Server
from evenhand.perspective.store import Store
from evenhand.web.scoring import STORE, ruleset_of

_CODE: Final = re.compile(r"[a-z0-9-]{1,60}@[\w.-]{1,40}")
_HOUR: Final = 3600.0

directory_option = click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(invoke_without_command=True)
@click.option("--port", "-p", default=8080, show_default=True, help="The port to listen on; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--base-path", default="", help="What stands before every address, such as /scores.")
@click.option("--trusted-proxy", "proxies", multiple=True, help="An address whose X-Forwarded headers count.")
@click.option("--name", "names", multiple=True, help="A host name to answer to (default: any).")
@click.option("--help-url", default=Settings().help_url, help="The address shown when a quota is used up.")
@click.option("--log", is_flag=True, help="Print method, address without its query, status and time of each request.")
@directory_option
@click.pass_context
def command(
    ctx: click.Context,
    port: int,
    host: str,
    base_path: str,
    proxies: tuple[str, ...],
    names: tuple[str, ...],
    help_url: str,
    log: bool,
    directory: str | None,
) -> int:
    """Serve scores in the Perspective API's protocol. Own model, own scores; no analysed text is stored.

    Clients need a key: evenhand perspective add-key NAME. Ctrl-C stops the service.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    settings = Settings(_base(base_path), trusted_proxies=frozenset(proxies), hosts=names, help_url=help_url)
    with _service(directory, settings) as service:
        return _serve(service, host, port, log=log)


def _base(path: str) -> str:
    if path and not re.fullmatch(r"(/[\w.~-]+)+/?", path):
        raise UsageError(f"{path!r} cannot stand before an address.", mend="Give a path such as /scores.")
    return path.removesuffix("/")


@contextlib.contextmanager
def _service(directory: str | None, settings: Settings | None = None) -> Iterator[Service]:
    home = home_of(directory)
    chosen = replace(settings or Settings(), ruleset=ruleset_of(home))
    service = open_service(home.root / STORE, Context.system(), models=home.root / "models", settings=chosen)
    try:
        yield service
    finally:
        service.close()


@contextlib.contextmanager
def _store(directory: str | None) -> Iterator[Store]:
    store = Store(home_of(directory).root / STORE)
    try:
        yield store
    finally:
        store.close()


def _serve(service: Service, host: str, port: int, *, log: bool) -> int:
    """Serve until interrupted; return 0. The first answer pays for loading the detector's words, so it is ours."""
    _warm(service)
    server = Server(host, port, service.handle, said=_say if log else None)
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    thread = threading.Thread(target=server.serve_forever, name="server")
    thread.start()
    console.print(escape(f"Scoring at {server.address}{service.settings.base_path}/v1alpha1  (Ctrl-C stops it)"))
    if not keys.all_keys(service.store):
        console.print("No key yet, so nobody is answered: evenhand perspective add-key NAME")
    try:
        while not stopped.wait(_HOUR):
            feedback.forget(service.store, datetime.now(UTC))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return 0


def _warm(service: Service) -> None:
    service.models.current.detector.verdicts([Item("Good morning to everybody.")])


def _say(method: str, path: str, status: int, milliseconds: float) -> None:
    console.print(escape(f"{method} {path[:120]!r} {status} {milliseconds:.1f} ms"))


@command.command("add-key")
@click.argument("name")
@click.option("--per-minute", default=600, show_default=True, help="Requests a minute, on average.")
@click.option("--burst", default=50, show_default=True, help="Requests at once.")
@directory_option
@json_option
def add_key(name: str, per_minute: int, burst: int, directory: str | None, as_json: bool) -> int:
    """Make a key for a client and print it, this once: it is stored hashed."""
    with _store(directory) as store:
        key, secret = keys.create(store, Context.system(), name, Allowance(per_minute, burst))
    if as_json:
        emit_json({**key.to_dict(), "key": secret})
    else:
        click.echo(f"The key {key.id} for {key.name} is made. Shown this once:\n{secret}")
    return 0


@command.command("keys")
@directory_option
@json_option
def list_keys(directory: str | None, as_json: bool) -> int:
    """List the keys: whose, since when, quota, settings. Never the keys themselves."""
    with _store(directory) as store:
        found = keys.all_keys(store)
    if as_json:
        emit_json([key.to_dict() for key in found])
        return 0
    table = Table("id", "name", "made", "a minute", "burst", "spans", "unsupported", "map", "state", box=None)
    for key in found:
        curve = key.quantile_map.id if key.quantile_map else "-"
        state = f"revoked {key.revoked[:10]}" if key.revoked else "in use"
        table.add_row(key.id, escape(key.name), key.created[:10], str(key.analyze.per_minute), str(key.analyze.burst),
                      key.spans, key.unsupported, curve, state)  # fmt: skip
    console.print(table)
    return 0


@command.command("revoke-key")
@click.argument("key_id")
@directory_option
def revoke_key(key_id: str, directory: str | None) -> int:
    """Revoke a key for good, from the next request on."""
    with _store(directory) as store:
        key = keys.revoke(store, Context.system(), key_id)
    click.echo(f"The key {key.id} ({key.name}) is revoked.")
    return 0


@command.command("set-key")
@click.argument("key_id")
@click.option("--per-minute", type=int, help="Requests a minute, on average.")
@click.option("--burst", type=int, help="Requests at once.")
@click.option("--suggest-per-minute", type=int, help="suggestscore requests a minute.")
@click.option("--spans", type=click.Choice(["phrase", "sentence"]), help="What spanAnnotations marks.")
@click.option("--unsupported-attributes", type=click.Choice(["error", "omit"]), help="Refuse, or leave out.")
@click.option("--aliases", type=click.Choice(["on", "off"]), help="Let *_EXPERIMENTAL and TOXICITY_FAST be answered.")
@directory_option
def set_key(key_id: str, directory: str | None, aliases: str | None, unsupported_attributes: str | None,
            **given: Any) -> int:  # fmt: skip
    """Change how a key is answered, from the next request on. What is not named stays."""
    with _store(directory) as store:
        key = keys.change(
            store, key_id, aliases=None if aliases is None else aliases == "on", unsupported=unsupported_attributes,
            **given,
        )  # fmt: skip
    emit_json(key.to_dict())
    return 0


@command.command("feedback")
@click.argument("what", type=click.Choice(["on", "off", "show"]))
@directory_option
def switch_feedback(what: str, directory: str | None) -> int:
    """Store what suggestscore sends (on), stop storing (off, the default), or print what is stored (show).

    Stored is the text a reviewer sent, for 90 days unless it is reviewed. It changes no score by itself.
    """
    with _store(directory) as store:
        feedback.forget(store, datetime.now(UTC))
        if what == "show":
            emit_json(feedback.rows(store))
            return 0
        feedback.switch(store, on=what == "on")
    click.echo("Feedback is stored from now on." if what == "on" else "Feedback is not stored.")
    return 0


@command.command("ruleset")
@click.argument("code")
@click.option("--community", help="The communityId that follows it (default: everybody else).")
@directory_option
def ruleset(code: str, community: str | None, directory: str | None) -> int:
    """Say which code of conduct, as CODE@VERSION, answers and feedback name."""
    if not _CODE.fullmatch(code):
        raise UsageError(f"{code!r} is not a code and version.", mend="Write it like general@2026-01.")
    with _store(directory) as store:
        feedback.map_community(store, community, code)
    return 0


@command.command("fit-map")
@click.argument("key_id")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@directory_option
def fit_map(key_id: str, file: Path, directory: str | None) -> int:
    """Give one key a quantile map, so that old cut-offs give the old flag rate. FILE as for compare.

    The mapped value is no longer a calibrated probability; every answer that used the map says so in a header.
    """
    from evenhand.cli.perspective_compare import scored_table

    with _service(directory) as service:
        key = keys.by_id(service.store, key_id)
        scored, _refused = scored_table(service, file, None)
        key = keys.set_map(service.store, key.id, map_from(scored))
    return _said_map(key)


@command.command("remove-map")
@click.argument("key_id")
@directory_option
def remove_map(key_id: str, directory: str | None) -> int:
    """Take a key's quantile map away: raw scores again, from the next request on."""
    with _store(directory) as store:
        key = keys.set_map(store, key_id, None)
    return _said_map(key)


def _said_map(key: Key) -> int:
    words = f"uses the map {key.quantile_map.id}" if key.quantile_map else "gets raw scores"
    click.echo(f"The key {key.id} {words}.")
    return 0


@command.command("compare")
@click.argument("file", required=False, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--suggest-thresholds", is_flag=True, help="Give the cut-offs of ours that do what the old ones did.")
@click.option("--old", "cuts", multiple=True, type=click.FloatRange(0, 1), help="An old cut-off [default: .7 .8 .85].")
@click.option("--label", help="The column that says whether people agreed (0 or 1).")
@click.option("--replay", "log", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A client's own log instead of FILE: JSON lines of request and response.")  # fmt: skip
@directory_option
@json_option
def compare(
    file: Path | None,
    suggest_thresholds: bool,
    cuts: tuple[float, ...],
    label: str | None,
    log: Path | None,
    directory: str | None,
    as_json: bool,
) -> int:
    """Compare old scores with ours. FILE is a CSV: id, comment_text, TOXICITY@6, … Nothing leaves this machine.

    Rows that cannot be used are listed, and then the exit code is 3.
    """
    from evenhand.cli.perspective_compare import Asked, run

    if (file is None) == (log is None):
        raise UsageError("nothing to compare, or two things at once.", mend="Give FILE.csv, or --replay LOG.jsonl.")
    if cuts and not suggest_thresholds:
        raise UsageError("--old needs --suggest-thresholds.", mend="Add it, or leave --old out.")
    with _service(directory) as service:
        return run(service, Asked(file, log, suggest_thresholds, cuts, label), as_json=as_json)


if __name__ == "__main__":
    sys.exit(command())
