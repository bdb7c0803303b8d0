"""The components, as template tags. `{% load ui %}` in a template; ui/parts/ holds one file per component.

{% button "Save" %}  {% button "Back" href=url kind="secondary" %}     kind: "" | secondary | warning
{% back_link href text %}  {% breadcrumbs trail %}                     trail: [(text, href or "")]
{% field form.username hint="…" autocomplete="username" code=True %}   input, textarea, select, radios, checkboxes
{% error_summary form %}                                               links to the fields
{% notice title="…" kind="care" %}…{% endnotice %}                     kind: "" | care
{% inset %}…{% endinset %}  {% panel title="…" %}…{% endpanel %}
{% details summary="…" %}…{% enddetails %}
{% veil summary="…" %}…{% endveil %}                                   harmful text, hidden until asked for
{% tag "text" kind="quiet" %}                                          kind: "" | quiet | care | stop
{% summary_list rows %}  {% table caption head rows %}                 rows: [(key, value)] · [[cell, …]]
{% pagination page base="/desk?page=" %}                               a django.core.paginator.Page
{% drawing svg %}                                                      the server's own SVG
{% moment when %}  {% moment due zone="Europe/Dublin" %}               a time with its zone; a zone: "" is UTC

All output is escaped; a block's content is template text and was escaped where it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.forms import BoundField, Form
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from evenhand.web.ui.fields import described, faults_of

register = template.Library()
_UTC: Final = frozenset({"", "UTC", "Etc/UTC", "GMT", "Etc/GMT"})


@register.inclusion_tag("ui/parts/button.html")
def button(
    text: str, *, href: str = "", kind: str = "", name: str = "", value: str = "", type: str = "submit"
) -> dict[str, str]:
    """Return a button, or a link that looks like one."""
    return {"text": text, "href": href, "kind": kind, "name": name, "value": value, "type": type}


@register.inclusion_tag("ui/parts/back_link.html")
def back_link(href: str, text: str) -> dict[str, str]:
    """Return the way back, for the `before` block of a page."""
    return {"href": href, "text": text}


@register.inclusion_tag("ui/parts/breadcrumbs.html")
def breadcrumbs(trail: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Return where this page lies; an entry without an address is the page itself."""
    return {"trail": trail}


@register.inclusion_tag("ui/parts/field.html")
def field(
    bound: BoundField,
    *,
    label: str = "",
    hint: str = "",
    autocomplete: str = "",
    inputmode: str = "",
    code: bool = False,
) -> dict[str, Any]:
    """Return one form field with label, hint and errors, whatever its widget is."""
    extra = {"autocomplete": autocomplete, "inputmode": inputmode, "code": code}
    return described(bound, label=label, hint=hint) | extra


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: Form) -> dict[str, object]:
    """Return the faults of a form, each with a link to its field; nothing where there are none."""
    return {"faults": faults_of(form)}


@register.inclusion_tag("ui/parts/tag.html")
def tag(text: str, kind: str = "") -> dict[str, str]:
    """Return a small word in a pill."""
    return {"text": text, "kind": kind}


@register.inclusion_tag("ui/parts/summary_list.html")
def summary_list(rows: Iterable[tuple[str, object]]) -> dict[str, object]:
    """Return a list of facts: what, and its value."""
    return {"rows": rows}


@register.inclusion_tag("ui/parts/table.html")
def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, object]:
    """Return a table whose first column names the row; scrolls sideways alone on a small screen."""
    return {"caption": caption, "head": head, "rows": rows}


@register.inclusion_tag("ui/parts/pagination.html")
def pagination(page: Page[Any], base: str) -> dict[str, object]:
    """Return links to the pages before and after; `base` is the address up to the number."""
    before = f"{base}{page.previous_page_number()}" if page.has_previous() else ""
    after = f"{base}{page.next_page_number()}" if page.has_next() else ""
    return {"previous": before, "next": after, "number": page.number, "count": page.paginator.num_pages}


@register.inclusion_tag("ui/parts/moment.html")
def moment(when: datetime, *, zone: str = "") -> dict[str, str]:
    """Return a time in words with its zone, and in the form machines read.

    `zone`: the IANA zone of the reader's calendar, for a day that ends at their own midnight; "" is UTC.
    """
    place = "" if zone in _UTC else zone.rpartition("/")[2].replace("_", " ")
    at = when.astimezone(ZoneInfo(zone) if place else UTC)
    return {
        "machine": when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "words": formats.date_format(at, _("j F Y, H:i")),
        "zone": _("%(place)s time") % {"place": place} if place else "UTC",
    }


@register.simple_tag
def drawing(svg: str) -> SafeString:
    """Return a drawing made by the server itself as part of the page, without its XML prologue.

    Only for svg text that no person wrote: it is not escaped.
    """
    return mark_safe(svg[svg.index("<svg") :])  # noqa: S308 no person wrote it


@register.simple_block_tag
def notice(content: str, title: str, kind: str = "") -> SafeString:
    """Return a banner: something happened that the reader must know."""
    return _block("notice", content, title=title, kind=kind)


@register.simple_block_tag
def inset(content: str) -> SafeString:
    """Return a quiet box beside the text."""
    return _block("inset", content)


@register.simple_block_tag
def panel(content: str, title: str) -> SafeString:
    """Return the box that says that a thing is done."""
    return _block("panel", content, title=title)


@register.simple_block_tag
def details(content: str, summary: str) -> SafeString:
    """Return text that opens on request, without JavaScript."""
    return _block("details", content, summary=summary)


@register.simple_block_tag
def veil(content: str, summary: str, hide: str = "") -> SafeString:
    """Return harmful text that stays hidden, on paper too, until the reader asks for it."""
    return _block("veil", content, summary=summary, hide=hide or _("Hide the text again"))


def _block(name: str, content: str, **facts: str) -> SafeString:
    return render_to_string(f"ui/parts/{name}.html", {"content": content, **facts})
