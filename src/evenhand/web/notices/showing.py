"""Giving a letter to a browser: as the page it was sent as, to keep or as PDF, under a name that tells nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from django.http import HttpResponse

from evenhand.web.notices.pdf import pdf_of

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def letter_response(html: str, sent_at: datetime, *, keep: bool = False) -> HttpResponse:
    """Return the letter as a page of its own; nothing but its own style is allowed on it, and nothing is stored.

    `keep`: the browser saves it instead of showing it.
    """
    response = HttpResponse(html, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = _policy(html)
    return _named(response, sent_at, "html", "attachment" if keep else "inline")


def pdf_response(html: str, sent_at: datetime) -> HttpResponse:
    """Return the letter as PDF to keep or print; UsageError where PDF cannot be made (`pdf.pdf_of`)."""
    return _named(HttpResponse(pdf_of(html), content_type="application/pdf"), sent_at, "pdf", "attachment")


def file_name(sent_at: datetime, ending: str) -> str:
    """Return the name of every letter's file: that it is one, and of which day."""
    return f"letter-{sent_at.astimezone(UTC):%Y-%m-%d}.{ending}"


def _named(response: HttpResponse, sent_at: datetime, ending: str, how: str) -> HttpResponse:
    response["Content-Disposition"] = f'{how}; filename="{file_name(sent_at, ending)}"'
    response["Cache-Control"] = "no-store"
    return response


def _policy(html: str) -> str:
    """Return the content security policy that allows the letter's own style element, by its hash."""
    styles = " ".join(f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'" for s in _STYLE.findall(html))
    allowed = styles or "'none'"
    return f"default-src 'none'; style-src {allowed}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
