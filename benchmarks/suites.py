"""Which head is judged by which suite, at which threshold, by which label: SCREENING §4.1 as code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from evenhand.screening import Category, Target, Verdict
from evenhand.screening.training.rows import Row


class Threshold(StrEnum):
    """Where a suite's cut-off comes from. Never from the suite."""

    SHIPPED = "the published threshold, fixed on dev rows"
    NONE = "none: ranking only"
    BENIGN_DEV = "1 % of the benign threshold rows"
    SPAN_DEV = "the span cut-off, fixed on dev rows"


def _score(verdict: Verdict, *categories: Category) -> float:
    return max((verdict.scores.get(category) or 0.0 for category in categories), default=0.0)


def _flagged(verdict: Verdict, *categories: Category) -> bool:
    return any(category in verdict.flags for category in categories)


def hate_score(verdict: Verdict) -> float:
    """Return max over identity_attack, dehumanisation and threat-on-group."""
    on_group = _score(verdict, Category.THREAT) if verdict.target is Target.GROUP else 0.0
    return max(_score(verdict, Category.IDENTITY_ATTACK, Category.DEHUMANISATION), on_group)


def hate_flag(verdict: Verdict) -> bool:
    """Return whether identity_attack, dehumanisation or a threat on a group is flagged."""
    on_group = _flagged(verdict, Category.THREAT) and verdict.target is Target.GROUP
    return on_group or _flagged(verdict, Category.IDENTITY_ATTACK, Category.DEHUMANISATION)


def flag_of(*categories: Category) -> Callable[[Verdict], bool]:
    """Return the judge "any of these is flagged"."""
    return lambda verdict: _flagged(verdict, *categories)


def score_of(*categories: Category) -> Callable[[Verdict], float]:
    """Return the judge "the highest of these scores"."""
    return lambda verdict: _score(verdict, *categories)


def yes(label: str, cut: float = 0.5) -> Callable[[Row], bool | None]:
    """Return the truth "the label is at least the cut", None where it is missing."""

    def truth(row: Row) -> bool | None:
        share = row.share(label)
        return None if share is None else share >= cut

    return truth


def no_unless(label: str) -> Callable[[Row], bool | None]:
    """Return the truth of a set in which a missing label means no."""
    return lambda row: (row.share(label) or 0.0) >= 0.5


@dataclass(frozen=True, slots=True)
class Suite:
    """One row of the table: a set of rows, the judge of a verdict, and the truth of a row."""

    name: str
    dataset: str
    threshold: Threshold
    truth: Callable[[Row], bool | None]
    flag: Callable[[Verdict], bool]
    score: Callable[[Verdict], float]
    keep: Callable[[Row], bool] = lambda row: True


C = Category
_ABUSE = (C.ABUSE, C.INSULT, C.IDENTITY_ATTACK, C.THREAT)
_HARASS = (C.ABUSE, C.INSULT)
_IDENTITY = (C.IDENTITY_ATTACK,)

COUNTER_QUOTE, COUNTER_REFERENCE = "counter_quote_nh", "counter_ref_nh"


def functionality(row: Row) -> str:
    """Return the functionality a HateCheck case belongs to."""
    return str(row.orig.get("functionality", ""))


def _suite(name: str, dataset: str, label: str, categories: tuple[Category, ...]) -> Suite:
    return Suite(name, dataset, Threshold.SHIPPED, yes(label), flag_of(*categories), score_of(*categories))


def _ranked(name: str, label: str, categories: tuple[Category, ...] | None) -> Suite:
    flag = hate_flag if categories is None else flag_of(*categories)
    score = hate_score if categories is None else score_of(*categories)
    return Suite(name, "openai_moderation", Threshold.NONE, yes(label), flag, score)


# Judged at the published threshold.
JUDGED: Mapping[str, Suite] = {
    suite.name: suite
    for suite in (
        Suite("hatecheck", "hatecheck", Threshold.SHIPPED, yes("hateful"), hate_flag, hate_score),
        Suite("hatemojicheck", "hatemojicheck", Threshold.SHIPPED, yes("hateful"), hate_flag, hate_score),
        Suite("hatemojibuild (test)", "hatemojibuild", Threshold.SHIPPED, yes("hateful"), hate_flag, hate_score),
        _suite("wiki_detox", "wiki_detox_nonfuzzed", "abusive", _ABUSE),
        _suite("mupid_political (test)", "mupid_political", "uncivil", (C.INCIVILITY,)),
        Suite(
            "edos (test)", "edos", Threshold.SHIPPED, no_unless("hateful"), flag_of(*_IDENTITY), score_of(*_IDENTITY)
        ),
        _suite("measuring_hate_speech_sub (test)", "measuring_hate_speech_sub", "hateful", _IDENTITY),
        _suite("convabuse (test)", "convabuse", "abusive", (C.ABUSE,)),
    )
}

# Ranked only: area under the curve and average precision.
RANKED: Mapping[str, Suite] = {
    suite.name: suite
    for suite in (
        _ranked("openai_moderation, hateful", "hateful", None),
        _ranked("openai_moderation, harassment", "harassment", _HARASS),
        _ranked("openai_moderation, threat", "threat", (C.THREAT,)),
    )
}

SPAN_CATEGORIES = frozenset({C.ABUSE, C.INSULT, C.IDENTITY_ATTACK, C.THREAT, C.PROFANITY})
# What makes a lead: everything but tone.
HARM = tuple(category for category in C if category not in {C.PROFANITY, C.INCIVILITY})
