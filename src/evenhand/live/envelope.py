"""To whom a mail was sent, and by whom, as its headers say: enough to decide whether it may be stored. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Final

_TO: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Addresses, folded (ASCII lower case); `sender` is "" unless exactly one address stands in From."""

    sender: str
    recipients: frozenset[str]


def envelope_of(mail: bytes) -> Envelope:
    """Return the addresses of a mail; whatever a header holds, it never raises. Reads the header block alone."""
    head = BytesHeaderParser(policy=compat32).parsebytes(mail)
    senders = _addresses(head, ("From",))
    return Envelope(senders[0] if len(senders) == 1 else "", frozenset(_addresses(head, _TO)))


def _addresses(head: Message, names: tuple[str, ...]) -> list[str]:
    # compat32 gives a Header object for raw 8-bit bytes: as text they match no address that was declared.
    values = [str(value) for name in names for value in head.get_all(name, ())]
    return [folded(address) for _name, address in getaddresses(values) if "@" in address]


def folded(address: str) -> str:
    """Return an address as addresses are compared."""
    return address.strip().lower()
