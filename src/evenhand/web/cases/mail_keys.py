"""Asking a resolver for the keys of mail signatures: the one thing about a file that ever leaves this machine.

Off until somebody names a resolver. What that learns is which domains' keys were asked for, and when; nothing of the
mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.mail import KeyAnswer
from evenhand.evidence.mail.keys import FOUND, NO_ANSWER, NO_KEY

_SECONDS: Final = 5.0
_MOST: Final = 8_000


def fetch_keys(names: Sequence[str], *, resolver: str, ctx: Context) -> tuple[KeyAnswer, ...]:
    """Return what a resolver says about each name, one answer for each, whatever happens; five seconds at most each.

    `resolver`: its IP address, with `:port` after it where that is not 53. Raises UsageError for anything else.
    """
    tool = _resolver(resolver)
    return tuple(_ask(tool, name, resolver, ctx) for name in names)


def _resolver(address: str) -> Any:
    import dns.resolver

    host, _colon, port = address.rpartition(":") if address.count(":") == 1 else (address, "", "53")
    tool = dns.resolver.Resolver(configure=False)
    try:
        tool.nameservers, tool.port = [host], int(port)
    except ValueError as error:
        mend = "Write the IP address of a resolver, as in 192.0.2.53."
        raise UsageError("this is no address of a resolver", where="EVENHAND_MAIL_RESOLVER", mend=mend) from error
    tool.timeout = tool.lifetime = _SECONDS
    return tool


def _ask(tool: Any, name: str, resolver: str, ctx: Context) -> KeyAnswer:
    import dns.exception
    import dns.resolver

    state, text = NO_ANSWER, ""
    try:
        answer = tool.resolve(name, "TXT", raise_on_no_answer=True)
        state, text = FOUND, b"".join(answer[0].strings).decode("ascii", "replace")[:_MOST]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        state = NO_KEY
    except (dns.exception.DNSException, OSError, UnicodeError):
        pass
    return KeyAnswer(name, state, text, resolver, ctx.now())
