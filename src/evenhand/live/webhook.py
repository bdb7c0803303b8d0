"""A signed webhook: who may hand records in over HTTP, and only what was signed a moment ago. Pure.

The sender signs `<unix seconds>.<body>` with HMAC-SHA256 under a shared secret and sends
`X-Evenhand-Signature: t=<unix seconds>,v1=<hex>`. The body: one JSON object, a list of them, or one a line.
"""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from evenhand.errors import DoesNotHold, UsageError
from evenhand.live.adapter import Arrived, Polled
from evenhand.posts.json_bytes import Malformed, loads_exact

HEADER: Final = "X-Evenhand-Signature"
WINDOW_SECONDS: Final = 300
"""A signature older (or further ahead) than this is refused: whoever overheard it can do nothing with it later."""
MOST_BYTES: Final = 1 << 20
LEAST_SECRET: Final = 32
_FORM: Final = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Webhook:
    """One webhook: its secret, and how its records are read. It is never asked; what is sent to it is checked."""

    secret: bytes
    reads_as: str | None = None

    def poll(self, cursor: str) -> Polled:
        """Return nothing: a webhook is called, it does not call."""
        return Polled((), cursor)

    def sign(self, body: bytes, at: int) -> str:
        """Return the header that a sender puts beside a body at a time (unix seconds)."""
        return f"t={at},v1={self._mac(body, at)}"

    def opened(self, body: bytes, header: str, now: datetime) -> tuple[Arrived, ...]:
        """Return the records of a body. Raises DoesNotHold for a bad or old signature, UsageError for a bad body."""
        found = _FORM.fullmatch(header.strip())
        if found is None or not hmac.compare_digest(found[2], self._mac(body, int(found[1]))):
            raise DoesNotHold("the signature is not right")
        if abs(now.timestamp() - int(found[1])) > WINDOW_SECONDS:
            raise DoesNotHold("the signature is of another time", mend="Sign again with the time of now.")
        if len(body) > MOST_BYTES:
            raise UsageError("the body is larger than 1 MiB", mend="Send fewer records at once.")
        return tuple(Arrived(record) for record in _records(body))

    def _mac(self, body: bytes, at: int) -> str:
        return hmac.new(self.secret, b"%d." % at + body, sha256).hexdigest()


def _records(body: bytes) -> list[bytes]:
    try:
        value = loads_exact(body)
    except Malformed:
        return [line for line in body.split(b"\n") if line.strip()]  # one a line: each is judged by its reader
    if isinstance(value, list):
        return [json.dumps(each, ensure_ascii=True).encode() for each in value]
    return [body]
