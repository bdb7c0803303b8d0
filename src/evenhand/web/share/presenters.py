"""What the share pages say, in words; the shared words themselves are shown to nobody again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evenhand.web.live.drafts import Draft
from evenhand.web.live.models import HandedIn

KINDS: Final[dict[str, str | Promise]] = {
    "link": gettext_lazy("a link"),
    "words": gettext_lazy("words"),
    "picture": gettext_lazy("pictures"),
    "mail": gettext_lazy("a forwarded mail"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that was handed in: what kind, when."""

    words: str | Promise
    at: datetime


def handed_in(row: HandedIn) -> Item:
    """Return one thing that was handed in as the page lists it."""
    return Item(KINDS[row.kind], row.at)


def confirm(draft: Draft) -> list[str]:
    """Return what is about to be taken, a line each; no word of it."""
    lines = [_("A link: %(host)s") % {"host": _host(draft.shared.url)}] if draft.shared.url else []
    if draft.shared.text:
        lines.append(_("Words: %(count)s letters") % {"count": len(draft.shared.text)})
    if draft.objects:
        lines.append(_("Pictures: %(count)s") % {"count": len(draft.objects)})
    return lines


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0][:80]
