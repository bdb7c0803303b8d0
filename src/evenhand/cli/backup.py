"""`evenhand backup`: one file, encrypted, checked before it is called done; the keys in another file, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from evenhand import __version__
from evenhand.backup import About, Kind, Part, Recipients, home_parts, key_parts, make_backup
from evenhand.cli._django import home_of, setup_django
from evenhand.cli.output import emit_json
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import Home

_path = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--to", type=_path, required=True, metavar="FILE", help="A path that is not there yet.")
@click.option("--age", "age", multiple=True, metavar="KEY", help="Encrypt it for this public key of age. Repeat.")
@click.option("--passphrase-file", type=_path, metavar="FILE", help="Encrypt it under the passphrase in this file.")
@click.option("--keys", type=_path, metavar="FILE", help="Write the keys as well, into this other file.")
@click.option("--keys-age", multiple=True, metavar="KEY", help="Encrypt the keys for this public key of age. Repeat.")
@click.option("--dir", "directory", metavar="DIR", help="The installation (default: EVENHAND_DATA).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def command(
    to: Path,
    age: tuple[str, ...],
    passphrase_file: Path | None,
    keys: Path | None,
    keys_age: tuple[str, ...],
    directory: str | None,
    as_json: bool,
) -> int:
    """Write the database, the corpus, the files and the models of an installation into one encrypted file.

    The keys are never in it: without them nobody reads a case text in it. Keep `--keys` elsewhere than the file.
    Without --age or --passphrase-file a passphrase is asked for. It may run while the installation is served.
    """
    home, ctx = home_of(directory), Context.system()
    recipients = Recipients(age, None if age else passphrase_of(passphrase_file, twice=True))
    if (keys is None) != (not keys_age):
        raise UsageError("the keys need a file and whom it is for", mend="Give both: --keys FILE --keys-age KEY.")
    if keys is not None and keys.exists():
        raise UsageError("there is something already", where=str(keys), mend="Name a path that does not exist yet.")
    _check_home(home)
    at = ctx.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    database, dump = _database(home)
    about = About(Kind.HOME, __version__, at, database)
    count = make_backup(to, about, _parts(home), recipients, dump=dump)
    if keys is not None:  # after the database: a key that is newer than the rows harms nobody
        make_backup(keys, About(Kind.KEYS, __version__, at, database), key_parts(key_files(home)), Recipients(keys_age))
    _say(to, keys, count, as_json=as_json)
    return 0


def key_files(home: Home) -> dict[str, Path]:
    """Return the files of keys of a home, by what each is. The high-water file is none: no backup may hold it."""
    return {
        "kek": home.key_encryption_key, "store.sqlite3": home.key_store, "log": home.log_key,
        "keyring.json": home.log_key.with_name("keyring.json"), "secret": home.secret_key,
        "recovery.vkey": home.log_key.with_name("recovery.vkey"),
    }  # fmt: skip


def passphrase_of(file: Path | None, *, twice: bool) -> str:
    """Return the passphrase: the first line of a file, or typed (`twice`: and repeated)."""
    if file is not None:
        return file.read_text("utf-8").split("\n")[0].strip()
    typed: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=twice, err=True)
    return typed


def _check_home(home: Home) -> None:
    if not home.database.exists() and not os.environ.get("DATABASE_URL"):
        mend = "Name its folder with --dir or EVENHAND_DATA."
        raise UsageError("there is no installation here", where=str(home.root), mend=mend)


def _parts(home: Home) -> Iterator[Part]:
    secrets = [*key_files(home).values(), home.log_key.with_name(f"{home.log_key.name}.high-water")]
    elsewhere = _sqlite_elsewhere(home)
    if elsewhere is not None:
        yield Part(f"home/{home.database.name}", elsewhere)
    yield from home_parts(home.root, secrets)


def _sqlite_elsewhere(home: Home) -> Path | None:
    """Return the SQLite file that DATABASE_URL names outside the home, if it does."""
    url = os.environ.get("DATABASE_URL", "")
    path = Path(unquote(urlsplit(url).path)) if url.startswith("sqlite") else home.database
    return None if path == home.database else path


def _database(home: Home) -> tuple[str, Callable[[Path], None] | None]:
    url = os.environ.get("DATABASE_URL", "")
    if not url or url.startswith("sqlite"):
        return "sqlite", None
    from evenhand.cli._postgres import dump

    return "postgresql", partial(dump, server_of(home))


def server_of(home: Home) -> dict[str, object]:
    """Return Django's settings of the PostgreSQL database that DATABASE_URL names."""
    setup_django(home)
    from django.db import connection

    return dict(connection.settings_dict)


def _say(to: Path, keys: Path | None, count: int, *, as_json: bool) -> None:
    if as_json:
        emit_json({"path": str(to), "files": count, "bytes": to.stat().st_size, "keys": keys and str(keys)})
        return
    click.echo(f"{to}: {count} files, {to.stat().st_size} bytes, encrypted; it was opened again and compared.")
    if keys is None:
        click.echo("The keys are not in it. Without them nothing in it can be read: see --keys.")
    else:
        click.echo(f"{keys}: the keys. Keep this file elsewhere than the other.")
    click.echo("To put it back: evenhand restore --help")
