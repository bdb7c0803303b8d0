"""The WSGI door that gunicorn opens: the site, and beside it the scoring service at its own addresses."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "evenhand.web.settings")
_site = get_wsgi_application()

from django.conf import settings  # noqa: E402 Django must know its settings first

from evenhand.perspective.wsgi import belongs  # noqa: E402 Django must know its settings first
from evenhand.web.home import Home  # noqa: E402 Django must know its settings first
from evenhand.web.scoring import mounted  # noqa: E402 Django must know its settings first

_scoring = mounted(Home.here(), settings.ALLOWED_HOSTS)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request: the scoring service's addresses by it, everything else by Django."""
    door = _scoring if belongs(environ.get("PATH_INFO", "")) else _site
    return door(environ, start_response)
