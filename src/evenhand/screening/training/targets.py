"""What the encoder is to answer for a row: one number per output, unknown where nobody said it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

from evenhand.categories import Category
from evenhand.screening.outputs import FRAMES, TARGETS
from evenhand.screening.training import labels
from evenhand.screening.training.rows import Row
from evenhand.screening.verdict import Frame, Target
from evenhand.screening.words import read_data
from evenhand.text import normalise

UNKNOWN: Final = math.nan
# Sets whose label is a share of annotators worth learning as such: it carries how sure they were.
GRADED: Final = frozenset({"toxic_spans_typed", "convabuse"})
# How much a row's frame or target counts where it follows from the kind of set and nobody labelled it.
INFERRED: Final = 0.15


@cache
def _profane() -> re.Pattern[str]:
    lists = read_data("profanity")["profanity"]
    begin, whole = "|".join(lists["beginnings"].split()), "|".join(lists["words"].split())
    return re.compile(rf"\b(?:(?:{begin})\w*|(?:{whole})\b)")


def is_quiet(row: Row) -> bool:
    """Return whether a row is known to hold no harm of any kind."""
    if row.share("presumed_benign") == 1:
        return True
    # A political post that is not even uncivil is no abuse: harsh, legitimate speech from real life.
    if row.dataset == "mupid_political":
        return row.share("uncivil") == 0
    return row.dataset in {"own", "hatemojibuild"} and row.share("abusive") == 0


def _known(row: Row, label: str) -> float | None:
    share = row.share(label)
    if share is not None:
        return share if row.dataset in GRADED else float(share >= 0.5)
    return 0.0 if is_quiet(row) else None


def _abuse(row: Row) -> float | None:
    share = row.share("abusive")
    if row.dataset in GRADED and share is not None:
        return share
    return 0.0 if is_quiet(row) else labels.abuse(row)


def _insult(row: Row) -> float | None:
    # The misogyny set names only its insults: alone they would teach the set.
    return None if row.dataset == "misogyny_eacl21" else _known(row, "insult")


def _sexual(row: Row) -> float | None:
    if row.dataset == "edos":
        return float((row.share("sexual") or 0.0) >= 0.5)
    return _known(row, "sexual_harassment" if row.dataset == "own" else "sexual")


def _dehumanisation(row: Row) -> float | None:
    kind = row.orig.get("type")
    if row.dataset == "hatemojibuild" and kind is not None:
        return float(kind == "dehumanizinglanguage")
    return _known(row, "dehumanisation")


def _profanity(row: Row) -> float:
    if (row.share("profanity") or 0.0) >= 0.5:
        return 1.0
    return float(bool(_profane().search(normalise(row.text).text)))


def _incivility(row: Row) -> float | None:
    said = labels.incivility(row)
    # Whoever insults is not civil, in whatever set: else incivility would be learnt as a way political posts look.
    return 1.0 if said is None and (row.share("insult") or 0.0) >= 0.5 else said


CATEGORY: Final[Mapping[Category, Callable[[Row], float | None]]] = {
    Category.ABUSE: _abuse,
    Category.INSULT: _insult,
    Category.IDENTITY_ATTACK: lambda row: 0.0 if is_quiet(row) else labels.identity_attack(row),
    Category.THREAT: lambda row: None if row.dataset == "misogyny_eacl21" else _known(row, "threat"),
    Category.SEXUAL_HARASSMENT: _sexual,
    Category.DEHUMANISATION: _dehumanisation,
    Category.DOXXING: lambda row: _known(row, "doxxing"),
    Category.PILE_ON_CALL: lambda row: _known(row, "pile_on_call"),
    Category.PROFANITY: _profanity,
    Category.INCIVILITY: _incivility,
}


def categories(row: Row) -> list[float]:
    """Return the wanted probability per category in the order of Category; UNKNOWN where nobody said."""
    found = (CATEGORY[category](row) for category in Category)
    return [UNKNOWN if value is None else float(value) for value in found]


def frame(row: Row) -> tuple[int, float]:
    """Return the number of the row's frame and how much it counts (0 for unknown)."""
    named = row.word("frame")
    if named is not None:
        return FRAMES.index(Frame(named)), 1.0
    if row.share("reported") == 1:
        return FRAMES.index(Frame.QUOTED), 1.0
    if row.share("counter_speech") == 1:
        return FRAMES.index(Frame.CONDEMNED), 1.0
    is_own_abuse = row.dataset == "own" and row.share("abusive") == 1
    return FRAMES.index(Frame.ASSERTED), 1.0 if is_own_abuse else INFERRED


def target(row: Row) -> tuple[int, float]:
    """Return the number of the row's target and how much it counts (0 for unknown)."""
    named = row.word("target")
    if named is not None:
        return TARGETS.index(Target(named)), 1.0
    if is_quiet(row):
        return TARGETS.index(Target.NONE), INFERRED
    if row.dataset == "convabuse" and row.orig.get("types", {}).get("target.system"):
        return TARGETS.index(Target.ADDRESSEE), 1.0
    if labels.identity_attack(row) == 1 and row.orig.get("level_2") != "Misogynistic_personal_attack":
        return TARGETS.index(Target.GROUP), 0.5
    return TARGETS.index(Target.NONE), 0.0
