"""The service as a WSGI application, for a web server that has other things to serve as well."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any

from evenhand.perspective.messages import MOST_BODY, Request
from evenhand.perspective.server import query_of
from evenhand.perspective.service import Service

Environ = dict[str, Any]
Start = Callable[..., Any]


def belongs(path: str) -> bool:
    """Return whether an address is one of the service's when it is mounted beside other pages."""
    return path.startswith("/v1alpha1/") or path.removesuffix("/") == "/$discovery/rest"


class Mounted:
    """A WSGI application that opens its service with the first request: after a fork, and never for nothing."""

    def __init__(self, opener: Callable[[], Service]) -> None:
        self._opener = opener
        self._opening = threading.Lock()
        self._service: Service | None = None

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer one request; no session, no cookie, no token of a form."""
        response = self._opened().handle(request_of(environ))
        start(f"{response.status} {responses.get(response.status, '')}", response.all_headers())
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def close(self) -> None:
        """Close the service if it was opened."""
        with self._opening:
            if self._service is not None:
                self._service.close()
                self._service = None

    def _opened(self) -> Service:
        with self._opening:
            if self._service is None:
                self._service = self._opener()
            return self._service


def request_of(environ: Environ) -> Request:
    """Return the request that a WSGI environment describes; a body over the limit is not kept."""
    headers = {
        name[5:].replace("_", "-").lower(): str(value) for name, value in environ.items() if name.startswith("HTTP_")
    }
    length = environ.get("CONTENT_LENGTH") or "0"
    oversized = not length.isdigit() or int(length) > MOST_BODY
    body = b"" if oversized else environ["wsgi.input"].read(MOST_BODY + 1 if length == "0" else int(length))
    host = headers.get("host") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return Request(
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", "").encode("latin-1", "replace").decode("utf-8", "replace"),
        query_of(environ.get("QUERY_STRING", "")),
        headers,
        body[:MOST_BODY],
        address=f"{environ['wsgi.url_scheme']}://{host}",
        oversized=oversized or len(body) > MOST_BODY,
    )
