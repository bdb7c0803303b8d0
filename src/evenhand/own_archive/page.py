"""The report as one HTML file: works offline, prints, runs no script, fetches nothing (its own policy forbids it)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape
from typing import Final

from evenhand.codes import Clause
from evenhand.own_archive.findings import Finding
from evenhand.own_archive.reading import Check
from evenhand.own_archive.telling import (
    context_lines,
    counts,
    format_line,
    limits,
    next_steps,
    reason_line,
    refused_lines,
    remarks,
    rule_line,
    summary,
    unseen,
)
from evenhand.own_archive.ticks import Tick, Ticks
from evenhand.own_archive.words import Words, act_words
from evenhand.posts.reading_form import scrub

# What a browser can show; the rest waits in the list and comes up when these are ticked.
MOST_SHOWN: Final = 2_000
_REFUSED_SHOWN: Final = 100
_STYLE: Final = """
:root { color-scheme: light; --ink: #22302c; --soft: #55645f; --line: #cdd6d1; --mark: #f3e2b3; --paper: #fbfaf6; }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1.125rem 4rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.55 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }
h1, h2, h3 { line-height: 1.25; }
h2 { margin-top: 2.5rem; border-top: 2px solid var(--ink); padding-top: 0.75rem; }
h3 { margin: 0 0 0.25rem; font-size: 1.0625rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; break-inside: avoid; }
blockquote { margin: 0.5rem 0; border-left: 4px solid var(--line); padding: 0.25rem 0 0.25rem 1rem;
  white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; border-bottom: 2px solid #8a6a12; }
.soft { color: var(--soft); }
.done { text-decoration: line-through; }
label { display: block; font-weight: bold; }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; vertical-align: -0.2rem; }
table { border-collapse: collapse; }
td, th { border-bottom: 1px solid var(--line); padding: 0.25rem 0.75rem 0.25rem 0; text-align: left; vertical-align: top; }
td:first-child { text-align: right; }
a { color: #14503f; }
summary { cursor: pointer; }
@media print { body { background: none; max-width: none; padding: 0; } a::after { content: " (" attr(href) ")"; } }
"""  # noqa: E501 a rule of a style sheet on one line


def page(check: Check, ticks: Ticks, words: Words, *, name: str, list_name: str) -> Iterator[bytes]:
    """Yield the report piece by piece, as UTF-8. Every finding gets its number in `ticks`; memory stays flat."""
    for piece in _pieces(check, ticks, words, name, list_name):
        yield f"{piece}\n".encode()


def _pieces(check: Check, ticks: Ticks, words: Words, name: str, list_name: str) -> Iterator[str]:
    _ = words.say
    title = _("Your own posts and the rules")
    yield from _head(title, words)
    yield f"<h1>{escape(title)}</h1>"
    code, version = check.rules.code, check.rules.today
    yield _p(
        _("%(archive)s, checked on %(day)s against “%(code)s”, version %(version)s, in force since %(since)s.")
        % {
            "archive": name, "day": words.day(check.today), "code": code.title, "version": version.number,
            "since": words.day(version.start),
        }
    )  # fmt: skip
    yield _p(_("This page was made on your own machine and lies only here. Nobody was told anything."))
    yield from map(_p, summary(check, words))
    yield f"<h2>{escape(_('What to do next'))}</h2>"
    yield _list(next_steps(words, list_name), "ol")
    shown = 0
    for clause in check.clauses():
        yield from _clause(check, clause, words)
        for finding in check.of(clause.number):
            tick = ticks.of(finding)
            if shown < MOST_SHOWN or tick.done:
                shown += not tick.done
                yield _finding(check, finding, tick, words)
    if check.found > shown:
        left = {"shown": words.number(shown), "found": words.number(check.found)}
        yield _p(
            _(
                "Shown here: the first %(shown)s that are not ticked, of %(found)s in all. Tick these and run it "
                "again, and the next ones follow."
            )
            % left
        )
    yield from _foot(check, words)


def _head(title: str, words: Words) -> Iterator[str]:
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    yield f'<!doctype html>\n<html lang="{words.language}">\n<head>\n<meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        f"style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'\">"
    )
    yield '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>"


def _clause(check: Check, clause: Clause, words: Words) -> Iterator[str]:
    language = escape(check.rules.code.language)
    yield f'<h2 lang="{language}">{escape(clause.number)} {escape(clause.title)}</h2>'
    yield f'<p lang="{language}">{escape(clause.text.strip())}</p>'
    yield f'<p class="soft">{escape(counts(check, clause.number, words))}</p>'


def _finding(check: Check, finding: Finding, tick: Tick, words: Words) -> str:
    _ = words.say
    day = words.day(date.fromisoformat(finding.day)) if finding.day else _("without a day")
    head = f"{act_words(finding.act, _)} · {day}"
    checked, crossed = (" checked", ' class="done"') if tick.done else ("", "")
    number = _("Number %(number)s: done") % {"number": tick.number}
    parts = [
        f'<article id="n{tick.number}">',
        f'<label><input type="checkbox"{checked}> <span{crossed}>{escape(number)}</span></label>',
        f"<h3>{escape(head)}</h3>",
        _said(finding, words),
        _p(reason_line(finding, words)),
        _p(rule_line(finding, words)),
    ]
    then = check.rules.text_on(finding.clause, finding.version)
    if then is not None:
        version = {"version": finding.version}
        parts.append(_folded(_("What the clause said in version %(version)s") % version, _p(then.strip())))
    parts += [_p(line, "soft") for line in context_lines(finding, words)]
    if finding.link:
        link = escape(finding.link)
        parts.append(f'<p><a href="{link}" rel="noreferrer noopener">{escape(_("The post on the platform"))}</a></p>')
    return "\n".join([*parts, "</article>"])


def _said(finding: Finding, words: Words) -> str:
    _ = words.say
    quote = f'<blockquote dir="auto">{marked(finding.text, finding.spans)}</blockquote>'
    return quote if finding.is_own else _folded(_("Show the words"), quote)


def marked(text: str, spans: list[list[int]]) -> str:
    """Return a text as HTML with its spans marked; spans may touch or overlap."""
    inside = [False] * (len(text) + 1)
    for begin, end, *_category in spans:
        inside[begin:end] = [True] * (min(end, len(text)) - begin)
    out: list[str] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or inside[at] != inside[start]:
            piece = escape(escape_controls(text[start:at]))
            out.append(f"<mark>{piece}</mark>" if inside[start] else piece)
            start = at
    return "".join(out)


# Control characters act on terminals and are not allowed in HTML.
_CONTROLS: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\ufffd")


def escape_controls(text: str) -> str:
    """Return a text that a terminal and a page can show: no control characters, no lone surrogates."""
    return scrub(text).translate(_CONTROLS)


def _foot(check: Check, words: Words) -> Iterator[str]:
    _ = words.say
    yield f"<h2>{escape(_('What was not looked at'))}</h2>"
    rows = [f"<tr><td>{words.number(count)}</td><td>{escape(why)}</td></tr>" for count, why in unseen(check, words)]
    yield f"<table>{''.join(rows)}</table>" if rows else _p(_("Nothing in this export was left out."))
    yield f"<h2>{escape(_('What this check cannot see'))}</h2>"
    yield _list(limits(check, words), "ul")
    yield f"<h2>{escape(_('How it was read'))}</h2>"
    source = check.recognised.source
    yield _p(format_line(check, words))
    yield _p(
        _("Read as %(format)s. Records: %(records)s. SHA-256 of the file: %(digest)s")
        % {
            "format": check.recognised.reader.source_format, "records": words.number(check.records),
            "digest": source.sha256,
        }
    )  # fmt: skip
    for remark, is_told in remarks(check, words):
        yield _p(remark, "soft") if is_told else f'<p class="soft" lang="en">{escape(remark)}</p>'
    if check.report.refused:
        yield _p(_("Records that could not be read:"))
        yield _list(refused_lines(check, words, most=_REFUSED_SHOWN), "ul")
        if (left := len(check.report.refused) - _REFUSED_SHOWN) > 0:
            yield _p(_("and %(count)s more") % {"count": words.number(left)})
    yield "</main>\n</body>\n</html>"


def _p(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def _list(items: Iterable[str], tag: str) -> str:
    return f"<{tag}>{''.join(f'<li>{escape(item)}</li>' for item in items)}</{tag}>"


def _folded(head: str, body: str) -> str:
    return f"<details><summary>{escape(head)}</summary>{body}</details>"
