"""Where mail goes: the server that EVENHAND_EMAIL_URL names, or files in the home's folder `outbox`.

smtp://name:password@mail.example.org:587?from=unit@example.org      STARTTLS
smtps://name:password@mail.example.org:465?from=unit@example.org     TLS from the first byte
"""

from __future__ import annotations

import os
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from evenhand.errors import UsageError
from evenhand.web.home import Home

VARIABLE: Final = "EVENHAND_EMAIL_URL"
OUTBOX: Final = "outbox"
_PORTS: Final = {"smtp": 587, "smtps": 465}
_TIMEOUT: Final = 30  # seconds
_MEND: Final = "Write it as smtp://name:password@host:587?from=unit@example.org."


def connection_here(home: Home) -> BaseEmailBackend:
    """Return the way mail goes from here; UsageError if the variable cannot be used. Opens nothing yet."""
    url = os.environ.get(VARIABLE)
    if url:
        return get_connection("django.core.mail.backends.smtp.EmailBackend", **server(url))
    folder = home.root / OUTBOX
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=str(folder))


def server(url: str) -> dict[str, Any]:
    """Return host, port, name, password and kind of TLS in an address; UsageError naming what is wrong."""
    parts = _parts(url)
    return {
        "host": parts.hostname, "port": parts.port or _PORTS[parts.scheme], "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""), "use_tls": parts.scheme == "smtp",
        "use_ssl": parts.scheme == "smtps", "timeout": _TIMEOUT, "fail_silently": False,
    }  # fmt: skip


def sender_here() -> str:
    """Return the address mail comes from."""
    url = os.environ.get(VARIABLE)
    return sender(url) if url else "letters@localhost"


def sender(url: str) -> str:
    """Return the `from` of an address; UsageError if there is none."""
    found = parse_qs(_parts(url).query).get("from", [""])[0]
    if "@" not in parseaddr(found)[1]:
        raise UsageError("no sender is named", where=VARIABLE, mend=_MEND)
    return found


def _parts(url: str) -> SplitResult:
    """Return the parts of an address; the message never repeats it, for it holds a password."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise UsageError("this is not the address of a mail server", where=VARIABLE, mend=_MEND)
    return parts
