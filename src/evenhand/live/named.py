"""The settings file of live sources: what is not named in it is off.

    [unit-mailbox]
    adapter = "mailbox"
    host = "imap.example.org"
    user = "unit@example.org"
    password_file = "/etc/evenhand/imap"
    addresses = ["unit@example.org"]

Secrets stand in files of their own, readable by their owner alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live.adapter import Adapter, Known
from evenhand.live.envelope import folded
from evenhand.live.fetching import checked_address
from evenhand.live.folder import Folder
from evenhand.live.jetstream import Jetstream
from evenhand.live.mailbox import Mailbox
from evenhand.live.mastodon import Mastodon
from evenhand.live.mastodon_stream import STREAM, MastodonStream
from evenhand.live.sift import Declared
from evenhand.live.webhook import LEAST_SECRET, Webhook

FILE: Final = "live.toml"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which settings an adapter takes, and which of them say where it looks (shown in public)."""

    needs: frozenset[str]
    may: frozenset[str]
    where: str


_SHAPES: Final[Mapping[str, _Shape]] = {
    "folder": _Shape(frozenset({"folder"}), frozenset({"format", "addresses", "exports", "basis"}), ""),
    "mailbox": _Shape(frozenset({"host", "user", "password_file", "addresses"}), frozenset({"port", "folder"}), "host"),
    "mastodon": _Shape(frozenset({"server", "token_file"}), frozenset({"stream"}), "server"),
    "jetstream": _Shape(frozenset({"server"}), frozenset(), "server"),
    "webhook": _Shape(frozenset({"secret_file"}), frozenset({"format"}), ""),
}
ADAPTERS: Final = tuple(_SHAPES)
"""Every kind of source there is."""


@dataclass(frozen=True, slots=True)
class Named:
    """One source as the settings name it. `where`: the host it asks, "" for one on this machine."""

    name: str
    adapter: str
    settings: Mapping[str, Any]
    file: Path

    @property
    def where(self) -> str:
        """The service it asks, as the public page names it."""
        setting = _SHAPES[self.adapter].where
        place = str(self.settings[setting]) if setting else ""
        return urlsplit(place).hostname or place if "://" in place else place

    @property
    def mailboxes(self) -> frozenset[str]:
        """The addresses of the unit, mail to which may be stored (folded)."""
        return frozenset(folded(str(address)) for address in self.settings.get("addresses", ()))

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the settings say; secrets are only named in them."""
        said = [self.adapter, *(f"{name}={value!r}" for name, value in sorted(self.settings.items()))]
        return sha256("\n".join(said).encode()).hexdigest()

    def secret(self, setting: str) -> str:
        """Return what the file that a setting names holds. UsageError if it is not there or others may read it."""
        path = self.file.parent / str(self.settings[setting])
        where = f"{self.file.name}: {self.name}: {setting}"
        try:
            mode, text = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("this file cannot be read", where=where, mend=f"Put the secret into {path}.") from error
        if mode & 0o077:
            raise UsageError("others may read this file", where=where, mend=f"Run: chmod 600 {path}")
        if not text:
            raise UsageError("this file is empty", where=where, mend=f"Put the secret into {path}.")
        return text


def read_named(file: Path) -> list[Named]:
    """Return the sources that a settings file names, in its order; none if there is no such file.

    Raises UsageError, with the source and the setting, for whatever is not right in it.
    """
    if not file.exists():
        return []
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("this is not TOML", where=str(file), mend=str(error)) from error
    return [_named(name, table, file) for name, table in tables.items()]


def _named(name: str, table: Any, file: Path) -> Named:
    where = f"{file.name}: {name}"
    if not isinstance(table, dict) or not _NAME.fullmatch(name):
        raise UsageError(
            "each source is a table with a name of small letters, digits and -", where=where, mend=f"Write: [{name}]"
        )
    settings = dict(table)
    shape = _SHAPES.get(adapter := str(settings.pop("adapter", "")))
    if shape is None:
        raise UsageError("which adapter?", where=where, mend=f"Write: adapter = one of {', '.join(ADAPTERS)}")
    for setting in sorted(shape.needs - set(settings)):
        raise UsageError(f"{setting} is missing", where=where, mend=f"The adapter {adapter} needs it.")
    for setting in sorted(set(settings) - shape.needs - shape.may):
        known = ", ".join(sorted(shape.needs | shape.may))
        raise UsageError(f"{setting} is no setting of {adapter}", where=where, mend=f"It has: {known}")
    if not all(isinstance(each, str) for each in _texts(settings)):
        raise UsageError("settings are texts, or lists of texts", where=where, mend="Put them in quotation marks.")
    return Named(name, adapter, settings, file)


def _texts(settings: Mapping[str, Any]) -> list[Any]:
    return [each for value in settings.values() for each in (value if isinstance(value, list) else [value])]


def adapter_of(named: Named, declared: Declared, ctx: Context, names: Mapping[str, Known] | None = None) -> Adapter:
    """Return the adapter of a named source. Raises UsageError for a setting or a secret that cannot be used.

    `names`: how its service calls what is stored of it.
    """
    build: Mapping[str, Callable[[], Adapter]] = {
        "mailbox": lambda: _mailbox(named, declared),
        "mastodon": lambda: _mastodon(named, ctx, names or {}),
        "jetstream": lambda: Jetstream(_server(named, "wss", "ws"), _dids(declared), ctx.random),
        "folder": lambda: _folder(named, ctx),
        "webhook": lambda: webhook_of(named),
    }
    return build[named.adapter]()


def _folder(named: Named, ctx: Context) -> Folder:
    exports = str(named.settings.get("exports", "no"))
    if exports not in {"yes", "no"}:
        raise UsageError("yes or no?", where=f"{named.file.name}: {named.name}: exports", mend='Write: exports = "yes"')
    return Folder(named.file.parent / str(named.settings["folder"]), ctx.now, _format(named), exports == "yes")


def _mailbox(named: Named, declared: Declared) -> Mailbox:
    port = str(named.settings.get("port", "993"))
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65_536:
        raise UsageError("this is no port", where=f"{named.file.name}: {named.name}", mend='Write: port = "993"')
    return Mailbox(
        str(named.settings["host"]), str(named.settings["user"]), named.secret("password_file"),
        declared.mailboxes | frozenset(declared.forwarding), int(port), str(named.settings.get("folder", "INBOX")),
    )  # fmt: skip


def _mastodon(named: Named, ctx: Context, names: Mapping[str, Known]) -> Adapter:
    polled = Mastodon(_server(named, "https", "http"), named.secret("token_file"))
    stream = str(named.settings.get("stream", ""))
    if not stream:
        return polled
    if not STREAM.fullmatch(stream):
        where = f"{named.file.name}: {named.name}: stream"
        raise UsageError("this is no stream", where=where, mend='Write: stream = "user", or "list:<its number>"')
    return MastodonStream(polled, stream, names, ctx.random)


def _server(named: Named, *schemes: str) -> str:
    where = f"{named.file.name}: {named.name}: server"
    return checked_address(str(named.settings["server"]), where, schemes=(schemes[0], schemes[1]))


def _dids(declared: Declared) -> frozenset[bytes]:
    ids, _handles = declared.accounts.of_platform("bluesky")
    return frozenset(id.encode() for id in ids)


def webhook_of(named: Named) -> Webhook:
    """Return a named webhook. Raises UsageError for a secret that is too short."""
    secret = named.secret("secret_file")
    if len(secret) < LEAST_SECRET:
        raise UsageError(
            f"the secret has fewer than {LEAST_SECRET} characters", where=f"{named.file.name}: {named.name}",
            mend="Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )  # fmt: skip
    return Webhook(secret.encode(), _format(named))


def _format(named: Named) -> str | None:
    return str(named.settings["format"]) if "format" in named.settings else None
