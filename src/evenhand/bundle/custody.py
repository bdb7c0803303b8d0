"""The history of a case as the log has it, and who opened what: one page for people, the same as lines of JSON."""

from __future__ import annotations

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
<p>Each line below is one entry of the record. To check that nothing here was changed since, run
<code>python3 verify.py</code> in the folder of this bundle; it needs no network. It shows that what is here is what was
recorded. It does not show that nothing was left out, nor that what was written down is true.</p>
"""


def custody_lines(about: About, items: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the history line by line: each entry in order, then each person's readings, then what was left out."""
    for item in items:
        yield {"kind": "entry", **{name: item[name] for name in ("index", "at", "type", "wording", "withheld")}}
    for reading in about.readings:
        yield {"kind": "reading", **_plain(reading)}
    for words in about.left_out:
        yield {"kind": "left_out", "words": words}


def opened_texts(item: Item) -> Iterator[tuple[str, str]]:
    """Yield (field, text) of what an item opens that a person can read; digests and the like are passed over."""
    for opening in item.opened:
        if len(opening.value) == DIGEST and not opening.value.isascii():
            continue
        try:
            text = opening.value.decode()
        except UnicodeDecodeError:
            continue
        if opening.field not in FILES and text:
            yield opening.field, text


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
    links += [f"<details><summary>{escape(name)}</summary><p>{escape(text)}</p></details>" for name, text in texts]
    closed = f"withheld: {escape(', '.join(item['withheld']))}" if item["withheld"] else ""
    what = f"{_said(item['type'])}<br><code>{escape(item['type'])}</code>"
    if item["erased"] is not None:
        closed = f"erased, as entry {item['erased']} says"
    cells = [str(item["index"]), escape(item["at"]), what, "<br>".join([*links, *filter(None, [closed])])]
    return "".join(f"<td>{cell}</td>" for cell in cells)


def _said(type: str) -> str:
    """Return what the act is called; the registry says where in the procedure it belongs."""
    row = REGISTRY.get(type)
    return escape(f"{row.called} ({row.when})" if row is not None else "a kind of entry that is not known here")


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
