"""Plays a client's own log back to our service: which scores and which errors would differ. No connection is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand.perspective.analyze import Manner, analyse
from evenhand.perspective.attributes import PRODUCTION
from evenhand.perspective.compare.rows import Logged, Refused, Row, old_error, old_scores
from evenhand.perspective.models import Model
from evenhand.perspective.reading import analyze_request
from evenhand.perspective.refusals import Refusal
from evenhand.perspective.scorer import Scorer

MOST_SHOWN: Final = 10
ANSWERED: Final = "answered"


@dataclass(slots=True)
class Replay:
    """What a log gave: rows with scores, how outcomes pair up (old, ours), where they differ, lines not read."""

    rows: list[Row] = field(default_factory=list)
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    places: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    def differences(self) -> list[dict[str, Any]]:
        """Return each pair of different outcomes with its count and its first lines, the most frequent first."""
        return [
            {"old": old, "ours": ours, "count": count, "first": self.places[old, ours]}
            for (old, ours), count in self.outcomes.most_common()
            if old != ours
        ]


def replay(
    exchanges: Iterable[Logged | Refused],
    *,
    model: Model,
    scorer: Scorer,
    deployment: str,
    seen: Callable[[int], None] = lambda _count: None,
) -> Replay:
    """Return what our service would have answered. A refused attribute of ours is said, and the others scored."""
    found = Replay()
    for one in exchanges:
        if isinstance(one, Refused):
            found.refused.append(one)
            continue
        pair = old_error(one.response) or ANSWERED, _outcome(one, model, scorer, deployment)
        found.outcomes[pair] += 1
        found.places.setdefault(pair, [])
        if len(found.places[pair]) < MOST_SHOWN:
            found.places[pair].append(one.where)
        row = _row(one)
        if row is not None:
            found.rows.append(row)
        seen(1)
    return found


def _outcome(one: Logged, model: Model, scorer: Scorer, deployment: str) -> str:
    """Return 'answered', or the errorType that our service would give; attributes not served are named."""
    try:
        asked = analyze_request(one.request)
        analyse(asked, manner=Manner(), model=model, scorer=scorer, deployment=deployment)
    except Refusal as refusal:
        unknown = refusal.what.startswith("Unknown requested attribute")
        return refusal.what if unknown else refusal.error_type or refusal.what
    return ANSWERED


def _row(one: Logged) -> Row | None:
    """Return the exchange as a row to compare, if its old answer held scores of attributes of ours."""
    comment = one.request.get("comment")
    text = comment.get("text") if isinstance(comment, Mapping) else None
    old = {name: value for name, value in old_scores(one.response).items() if name in PRODUCTION}
    return Row(one.where, text, old) if old and isinstance(text, str) and text.strip() else None
