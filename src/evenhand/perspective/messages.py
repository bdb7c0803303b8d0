"""What goes in and out of the service: one request, one response, as plain data. No socket, no framework."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MOST_BODY: Final = 1 << 20  # bytes
JSON: Final = "application/json; charset=UTF-8"
# What every answer says: nothing here is for a cache, and nothing here is a page.
_ALWAYS: Final = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    `path` is percent-decoded once and begins with '/'; `query` holds the first value of each name; header
    names are lower case. `peer` is the address the connection came from ('' if unknown) and `address` the
    scheme and host this server takes itself to be, such as 'http://127.0.0.1:8080', without a slash at the
    end. `oversized` says that the body was over MOST_BODY bytes and was not read.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    peer: str = ""
    address: str = "http://localhost"
    oversized: bool = False


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response: status, headers in order, body."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON

    def all_headers(self) -> list[tuple[str, str]]:
        """Return the headers to send, length and type included."""
        first = [("Content-Type", self.content_type), ("Content-Length", str(len(self.body)))]
        return [*first, *_ALWAYS, *self.headers]


def answer(document: Any, *, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    """Return a JSON response. Letters beyond ASCII are escaped, so that a lone surrogate can be echoed."""
    return Response(status, json.dumps(document, separators=(",", ":"), allow_nan=False).encode("ascii"), headers)
