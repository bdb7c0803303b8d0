"""What a writer does with harmful words: simple rules that mark words which are mentioned, not meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from evenhand.screening.rules import compiled
from evenhand.screening.verdict import Frame
from evenhand.screening.words import read_data
from evenhand.text.forms import QUOTE
from evenhand.text.view import View


@dataclass(frozen=True, slots=True)
class FrameRule:
    """One pattern whose group "evidence" is mentioned, not meant; `needs` must be found outside of it."""

    id: str
    frame: Frame
    pattern: re.Pattern[str]
    needs: re.Pattern[str] | None
    explain: str
    yes: tuple[str, ...]
    no: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Framing:
    """A frame that may hold, the rule that says so, and the view with the mentioned words masked."""

    rule: FrameRule
    remainder: View


@cache
def frame_rules() -> tuple[FrameRule, ...]:
    """Return the rules in the order of their file."""
    data = read_data("frames")
    words = data["words"]
    return tuple(
        FrameRule(
            raw["id"],
            Frame(raw["frame"]),
            compiled(raw["pattern"], words),
            compiled(raw["needs"], words) if "needs" in raw else None,
            raw["explain"],
            tuple(raw["yes"]),
            tuple(raw["no"]),
        )
        for raw in data["rule"]
    )


def framings(view: View) -> list[Framing]:
    """Return the frames that may hold for a post, best first; the caller scores each remainder.

    Cost: one scan per rule; called only for posts that would be flagged.
    """
    found = []
    for rule in frame_rules():
        remainder = _without_evidence(view, rule)
        if remainder is not None:
            found.append(Framing(rule, remainder))
    return found


def _without_evidence(view: View, rule: FrameRule) -> View | None:
    marked = [match.span("evidence") for match in rule.pattern.finditer(view.text)]
    if not marked:
        return None
    pieces, begins, ends, last = [], [], [], 0
    for begin, end in marked:
        first, final = view.original(begin, end)
        pieces += [view.text[last:begin], f" {QUOTE} "]
        begins += [*view.begins[last:begin], first, first, first]
        ends += [*view.ends[last:begin], final, final, final]
        last = end
    pieces.append(view.text[last:])
    begins += view.begins[last:]
    ends += view.ends[last:]
    text = "".join(pieces)
    if rule.needs is not None and not rule.needs.search(text):
        return None
    return View(text, begins, ends)
