"""The report as lines for a terminal, and as one JSON document, written piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from evenhand.codes import digest
from evenhand.own_archive.findings import Finding
from evenhand.own_archive.page import escape_controls
from evenhand.own_archive.reading import Check
from evenhand.own_archive.telling import counts, limits, reason_line, refused_lines, rule_line, summary, unseen
from evenhand.own_archive.ticks import Ticks
from evenhand.own_archive.words import Words, act_words
from evenhand.posts.reading_form import scrub

_MOST_LINES: Final = 50
_LONGEST: Final = 200


def lines(
    check: Check, ticks: Ticks, words: Words, *, page: Path | None, listed: Path | None, short: bool
) -> Iterator[str]:
    """Yield what is printed for a person: all of it, or, where a page or a document holds the rest, `short`."""
    _ = words.say
    yield from summary(check, words)
    for clause in check.clauses():
        yield f"{clause.number} {clause.title}: {counts(check, clause.number, words)}"
        if not short:
            yield from _findings(check, clause.number, ticks, words)
    yield ""
    yield _("What was not looked at") + ":"
    yield from (f"  {words.number(count)}  {why}" for count, why in unseen(check, words))
    yield _("What this check cannot see") + ":"
    yield from (f"  {line}" for line in limits(check, words))
    if listed and ticks.vanished:
        yield _("Entries of your list not found this time (deleted since, or read in another way): %(count)s.") % {
            "count": words.number(ticks.vanished)
        }
    yield from (f"  {line}" for line in refused_lines(check, words, most=_MOST_LINES))
    if page:
        yield _("The report: %(file)s. Open it in a browser; it works offline and prints.") % {"file": page}
    elif check.found:
        yield _("Add --html report.html to have it as a page with links, to read, print and tick off.")
    if listed:
        said = {"file": listed, "done": words.number(ticks.done), "left": words.number(ticks.left)}
        yield _("The list: %(file)s. Ticked: %(done)s, left: %(left)s.") % said


def _findings(check: Check, clause: str, ticks: Ticks, words: Words) -> Iterator[str]:
    for shown, finding in enumerate(check.of(clause)):
        if shown == _MOST_LINES:
            yield "  …"
            return
        yield f"  {ticks.of(finding).number}. {act_words(finding.act, words.say)}, {finding.day or '?'}"
        yield f"     {_shortened(finding)}"
        yield f"     {reason_line(finding, words)} {rule_line(finding, words)}"
        yield f"     {finding.link or finding.where}"


def _shortened(finding: Finding) -> str:
    text = " ".join(escape_controls(finding.text).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def document(check: Check, ticks: Ticks, *, archive: Path) -> Iterator[bytes]:
    """Yield one JSON document in pieces; its last field is the list of findings."""
    head = orjson.dumps(_head(check, archive), option=orjson.OPT_INDENT_2)
    yield head.removesuffix(b"\n}") + b',\n  "findings": ['
    comma = b"\n"
    for clause in check.clauses():
        for finding in check.of(clause.number):
            tick = ticks.of(finding)
            yield comma + orjson.dumps({"number": tick.number, "ticked": tick.done} | asdict(finding))
            comma = b",\n"
    yield b"\n  ]\n}\n"


def _head(check: Check, archive: Path) -> dict[str, Any]:
    english = Words("en")
    code, version = check.rules.code, check.rules.today
    return {
        "path": scrub(str(archive)),
        "sha256": check.recognised.source.sha256,
        "format": check.recognised.reader.source_format,
        "recognised_by": list(check.recognised.sign.reasons),
        "direction": str(check.recognised.reader.direction),
        "on": check.today.isoformat(),
        "code": {
            "slug": code.slug, "version": version.number, "in_force_from": version.start.isoformat(),
            "digest": digest(code.slug, version),
        },
        "records": check.records,
        "looked_at": {str(act): count for act, count in sorted(check.looked_at.items())},
        "not_looked_at": {str(reason): count for reason, count in sorted(check.not_read.items())},
        "abstained": {str(reason): count for reason, count in sorted(check.abstained.items())},
        "no_clause": check.no_rule,
        "pictures": check.pictures,
        "control": check.report.control,
        "merged": check.report.merged,
        "refused": [{"locator": each.locator, "reason": each.reason} for each in check.report.refused],
        "notes": check.report.notes,
        "cannot_see": list(limits(check, english)),
        "no_verdict": True,
    }  # fmt: skip
