"""One question over HTTP to a service that was named, bounded in time and bytes; redirects are not followed."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from evenhand.errors import UsageError
from evenhand.live.adapter import NotThere, Unreachable

SECONDS: Final = 20.0
MOST_BYTES: Final = 16 << 20
NOT_FOUND: Final = 404
LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A service is asked where it was named and nowhere else; a token must not travel on."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


def fetch(url: str, headers: Mapping[str, str]) -> bytes:
    """Return the body of an answer 200. Raises NotThere for 404, else Unreachable.

    Their words hold no header and nothing the server said.
    """
    host = urlsplit(url).hostname or ""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 its scheme was checked when it was named
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=SECONDS) as reply:
            body: bytes = reply.read(MOST_BYTES + 1)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == NOT_FOUND:
            raise NotThere("the service answered 404", where=host) from None
        raise Unreachable(f"the service answered {error.code}", where=host, mend=_mend(error.code)) from None
    except (OSError, ValueError) as error:
        raise Unreachable(f"the service cannot be reached ({type(error).__name__})", where=host) from None
    if len(body) > MOST_BYTES:
        raise Unreachable("the service answered with more than 16 MiB", where=host)
    return body


def _mend(status: int) -> str:
    if status in (401, 403):
        return "Check the token and what it may read."
    return "It asks for fewer questions; the next one waits." if status == 429 else ""


def checked_address(url: str, where: str, *, schemes: tuple[str, str]) -> str:
    """Return an address without a slash at its end. UsageError unless it is encrypted, or on this very machine.

    `schemes`: the encrypted one and the plain one.
    """
    parts = urlsplit(url)
    plain_is_fine = parts.scheme == schemes[1] and parts.hostname in LOCAL
    if not parts.hostname or parts.username or not (parts.scheme == schemes[0] or plain_is_fine):
        raise UsageError("this is no address of a service", where=where, mend=f"It begins with {schemes[0]}://")
    return url.rstrip("/")
