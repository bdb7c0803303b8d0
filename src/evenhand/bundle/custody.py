"""The history of a case as the log has it, and who opened what: one page for people, the same as lines of JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from evenhand.bundle.content import DOCUMENT, About, Item, Reading
from evenhand.ledger.registry import REGISTRY

DIGEST: Final = 32
FILES: Final = frozenset({DOCUMENT, "content"})
"""Fields whose value is the digest of an object."""
_HEAD: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}table{{border-collapse:collapse;
width:100%}}th,td{{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #999}}</style></head>
<body><h1>{title}</h1>
<p>Made at {at} (UTC). Bundle {id}.</p>
<p>Each line below is one entry of the record. To check that this page and the other files beside it are those that were
sealed, take the program <code>verify.py</code> from a place you trust, such as the source of Evenhand, not from this
bundle: whoever changed the bundle could have changed its copy too. Then run <code>python3 -I verify.py</code> followed
by the name of the bundle; it needs no network. It shows that what is here is what the log held when it was signed. It
does not show that nothing was left out, nor that what was written down is true. Times are the organisation's own
clock.</p>
"""
_ID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}", re.ASCII)
_MARK: Final = re.compile(r"[a-z0-9_.:-]*", re.ASCII)
"""A word for programs, such as the name of a kind of thing: where a value is a list of such, no person wrote them."""


def custody_lines(about: About, items: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the history line by line: the bundle, each entry in order, each person's readings, what was left out."""
    yield {"kind": "bundle", "id": about.id, "title": about.title, "at": about.at}
    for item in items:
        yield {"kind": "entry", **{name: item[name] for name in ("index", "at", "type", "wording", "withheld")}}
    for reading in about.readings:
        yield {"kind": "reading", **_plain(reading)}
    for words in about.left_out:
        yield {"kind": "left_out", "words": words}


def opened_texts(item: Item) -> Iterator[tuple[str, str]]:
    """Yield (field, text) of what an item opens that a person can read; digests, ids and the like are passed over."""
    for opening in item.opened:
        if len(opening.value) == DIGEST and not opening.value.isascii():
            continue
        try:
            text = opening.value.decode()
        except UnicodeDecodeError:
            continue
        words = "" if opening.field in FILES else "\n".join(plain_words(text))
        if words:
            yield opening.field.replace("_", " "), words


def plain_words(text: str) -> Iterator[str]:
    """Yield what people wrote in a value: the text itself, or of JSON every sentence in it, in order."""
    try:
        value = json.loads(text) if text[:1] in ("[", "{") else None
    except (ValueError, RecursionError):
        value = None
    if value is None:
        yield from () if _ID.fullmatch(text) else (text,)
        return
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list | dict):
            waiting += reversed(list(each.values() if isinstance(each, dict) else each))
        elif isinstance(each, str) and not _MARK.fullmatch(each):
            yield each


def custody_html(about: About, items: Sequence[dict[str, Any]], texts: Mapping[int, Sequence[tuple[str, str]]]) -> str:
    """Return the same as one page without scripts; what people wrote is escaped, and closed until it is asked for."""
    parts = [_HEAD.format(title=escape(about.title), at=escape(about.at), id=escape(about.id))]
    parts += _table(
        "What was recorded",
        ("Entry", "When (UTC)", "What", "What it holds"),
        (_entry_row(item, texts.get(item["index"], ())) for item in items),
    )
    if about.readings:
        rows = ([each.actor, each.purpose, each.first, each.last, str(each.texts)] for each in about.readings)
        parts += _table("Who opened something of it", ("Who", "Why", "First", "Last", "How much"), map(_cells, rows))
    if about.left_out:
        parts.append("<h2>What is not in this bundle</h2><ul>")
        parts += [f"<li>{escape(words)}</li>" for words in about.left_out]
        parts.append("</ul>")
    return "".join([*parts, "</body></html>\n"])


def _entry_row(item: dict[str, Any], texts: Sequence[tuple[str, str]]) -> str:
    links = [
        f'<a href="{escape(each["file"].removeprefix("data/"))}">{escape(each["name"])}</a>: {escape(each["wording"])}'
        for each in item["objects"]
    ]
    links += [f"<details><summary>{escape(name)}</summary>{_paragraphs(text)}</details>" for name, text in texts]
    closed = f"withheld: {escape(', '.join(item['withheld']))}" if item["withheld"] else ""
    if item["erased"] is not None:
        closed = f"erased, as entry {item['erased']} says"
    cells = [
        str(item["index"]),
        escape(item["at"]),
        _said(item["type"]),
        "<br>".join([*links, *filter(None, [closed])]),
    ]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _said(type: str) -> str:
    row = REGISTRY.get(type)
    return escape(row.called if row is not None else "a kind of entry that is not known here")


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in text.split("\n"))


def _cells(row: Sequence[str]) -> str:
    return "".join(f"<td>{escape(cell)}</td>" for cell in row)


def _table(title: str, head: Sequence[str], rows: Iterable[str]) -> list[str]:
    heads = "".join(f'<th scope="col">{name}</th>' for name in head)
    body = [f"<tr>{row}</tr>\n" for row in rows]
    return [f"<h2>{title}</h2><table><thead><tr>{heads}</tr></thead><tbody>\n", *body, "</tbody></table>"]


def _plain(reading: Reading) -> dict[str, Any]:
    return {
        "actor": reading.actor, "purpose": reading.purpose, "first": reading.first, "last": reading.last,
        "texts": reading.texts,
    }  # fmt: skip
