"""A link as evidence: what counts as one, and which addresses a capture tool may be sent to. Fetches nothing."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

from evenhand.errors import UsageError

MOST: Final = 2_000
Resolve = Callable[[str], Sequence[str]]
"""Host name -> its IP addresses as text; raises OSError where there are none."""
_PORTS: Final = frozenset({None, 80, 443})
_TUNNELS: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16"))
"""IPv6 addresses that stand for IPv4 ones behind a gateway: what lies there cannot be told from the number."""


def given_link(text: str) -> str:
    """Return a link as it was given, without space around it. UsageError for what is no address of a page.

    One with a name and password in it is refused: it would be kept, and shown.
    """
    link = text.strip()
    if len(link) > MOST:
        raise UsageError("the address is too long", where="the link")
    if not link or any(sign.isspace() or not sign.isprintable() for sign in link):
        raise UsageError("this is no address of a page", where="the link", mend="Copy it from the browser's window.")
    parts = _parts(link)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageError("this is no address of a page", where="the link", mend="It begins with https://.")
    return link


def check_public(link: str, resolve: Resolve) -> None:
    """Refuse to send a tool anywhere but to a public web server: never into our own network, nor to this machine.

    Every address of the name must be public. The tool asks for the name again, so a name that answers differently a
    moment later is not caught here: its own network should have no way inside. Raises UsageError.
    """
    parts = _parts(given_link(link))
    if _port(parts) not in _PORTS:
        raise UsageError("only the ordinary ports of the web are asked", where="the link")
    try:
        found = list(resolve(str(parts.hostname)))
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise UsageError("this name has no address", where="the link")
    if not all(_is_public(each) for each in found):
        raise UsageError("this address lies in no public network", where="the link")


def _is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif any(address in network for network in _TUNNELS):
            return False
    return address.is_global and not address.is_multicast


def _parts(link: str) -> SplitResult:
    try:
        return urlsplit(link)
    except ValueError:
        raise UsageError("this is no address of a page", where="the link") from None


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return -1
