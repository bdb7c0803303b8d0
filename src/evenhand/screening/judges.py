"""The two judges behind one face: the linear gate and the full model. Each scores readings and finds spans."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from evenhand.categories import Category
from evenhand.screening.encoder import EncoderPackage, Floats, Read
from evenhand.screening.marks import over_cut, shown_spans
from evenhand.screening.model import HEADS, Package
from evenhand.screening.outputs import CATEGORIES, CATEGORY_PART, FRAME_PART, FRAMES, TARGET_PART, TARGETS
from evenhand.screening.ruling import Ruling, joined_spans, rulings, threat_rulings
from evenhand.screening.scoring import flags_of, highest_raw, score
from evenhand.screening.settled import Settled
from evenhand.screening.spans import word_spans
from evenhand.screening.verdict import Frame, Span, Target
from evenhand.text import View

# Scores are given to four places: rounding differences between machines stay far below them.
PLACES: Final = 4
# A kind of threat rule that raised the odds on dev rows by this power of e decides by itself; others add theirs.
DECIDES: Final = 1.0
HARMFUL: Final = (
    Category.ABUSE, Category.INSULT, Category.IDENTITY_ATTACK, Category.THREAT, Category.SEXUAL_HARASSMENT,
    Category.DEHUMANISATION, Category.DOXXING, Category.PILE_ON_CALL,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """One post judged.

    view: the normal form that carries the evidence. rulings: the rules that hit. scores, flags: as
    published. frame and target: what the full model says, None from the gate. read: what the spans come from.
    """

    view: View
    rulings: tuple[Ruling, ...]
    scores: Mapping[Category, float]
    flags: tuple[Category, ...]
    frame: Frame | None = None
    target: Target | None = None
    read: Read | None = None


class Judge(Protocol):
    """What a screener needs of a model."""

    @property
    def id(self) -> str:
        """Return the model id."""

    @property
    def calibration_id(self) -> str:
        """Return the calibration id."""

    @property
    def package(self) -> Package | EncoderPackage:
        """Return the weights with what was fixed for them."""

    def judge(self, posts: Sequence[Sequence[View]], parents: Sequence[View | None]) -> list[Judged]:
        """Return each post (its one or two views) judged."""

    def strong_words(self, one: Judged) -> list[Span]:
        """Return the words over the span cut-off of a post that reaches no threshold."""

    def spans(self, posts: Sequence[tuple[Judged, Sequence[Category]]]) -> list[list[Span]]:
        """Return per post the words that carry the given categories."""


@dataclass(frozen=True, slots=True)
class LinearJudge:
    """The hashed linear model: the gate of bulk work, and older local packages."""

    package: Package

    @property
    def id(self) -> str:
        """Return the model id."""
        return self.package.model.id

    @property
    def calibration_id(self) -> str:
        """Return the calibration id."""
        return self.package.calibration.id

    def judge(self, posts: Sequence[Sequence[View]], parents: Sequence[View | None]) -> list[Judged]:
        """Return each post judged; this model reads no parent."""
        del parents
        fixed = self.package.calibration
        return [
            Judged(one.view, tuple(threat_rulings(one.view, one.hits)), one.scores, flags_of(fixed, one.scores))
            for one in score(self.package, posts)
        ]

    def spans(self, posts: Sequence[tuple[Judged, Sequence[Category]]]) -> list[list[Span]]:
        """Return per post the words that carry the given categories."""
        words = word_spans(self.package, [(one.view, flags) for one, flags in posts])
        return [_with_rules(one, flags, found) for (one, flags), found in zip(posts, words, strict=True)]

    def strong_words(self, one: Judged) -> list[Span]:
        """Return the words that carry abuse; this model knows no frames but those of rules."""
        return self.spans([(one, (Category.ABUSE,))])[0]


@dataclass(frozen=True, slots=True)
class FullJudge:
    """The fine-tuned encoder, and the rules and the linear model beside it.

    `off` are the rules the organisation switched off; `linear` is asked where the calibration names it.
    """

    package: EncoderPackage
    off: frozenset[str] = frozenset()
    linear: Package | None = None

    @property
    def id(self) -> str:
        """Return the model id."""
        return self.package.model.id

    @property
    def calibration_id(self) -> str:
        """Return the calibration id."""
        return self.package.calibration.id

    def judge(self, posts: Sequence[Sequence[View]], parents: Sequence[View | None]) -> list[Judged]:
        """Return each post judged: per category its highest raw score over views and windows, calibrated."""
        flat = [view for views in posts for view in views]
        above = [parent for views, parent in zip(posts, parents, strict=True) for _ in views]
        reads = self.package.model.read(flat, above) if flat else []
        beside = highest_raw(self.linear.model, posts).tolist() if self.linear else [()] * len(posts)
        return list(self._best_of_each(posts, reads, beside))

    def strong_words(self, one: Judged) -> list[Span]:
        """Return the words over the span cut-off of a post that reaches no threshold."""
        if one.read is None:
            return []
        fixed = self.package.calibration
        return [Span(begin, end, Category.ABUSE) for begin, end in over_cut(one.read, fixed.span_cut, fixed.span_near)]

    def _best_of_each(
        self, posts: Sequence[Sequence[View]], reads: Sequence[Read], beside: Sequence[Sequence[float]]
    ) -> Iterator[Judged]:
        at = 0
        for views, linear in zip(posts, beside, strict=True):
            yield self._judged(views, reads[at : at + len(views)], linear)
            at += len(views)

    def _judged(self, views: Sequence[View], reads: Sequence[Read], linear: Sequence[float]) -> Judged:
        fixed = self.package.calibration
        best = _most_harmful(reads)
        found = rulings(views, self.off)
        heads = np.concatenate([read.heads for read in reads])
        loudest = heads[int(np.argmax(heads[:, CATEGORY_PART][:, _HARM].max(axis=1)))]
        raw = heads[:, CATEGORY_PART].max(axis=0).tolist()
        aside = _set_aside(loudest[FRAME_PART], fixed.frame_cut)
        scores = served_scores(fixed, raw, found, aside, linear)
        return Judged(
            views[best], found, scores, served_flags(fixed, scores),
            FRAMES[int(np.argmax(loudest[FRAME_PART]))], TARGETS[int(np.argmax(loudest[TARGET_PART]))], reads[best],
        )  # fmt: skip

    def spans(self, posts: Sequence[tuple[Judged, Sequence[Category]]]) -> list[list[Span]]:
        """Return per post the words that carry the given categories. Cost: none beyond the judging."""
        out = []
        for one, flags in posts:
            marked = self._marked(one)
            found = [Span(begin, end, flag) for flag in flags for begin, end in marked]
            out.append(_with_rules(one, flags, found))
        return out

    def _marked(self, one: Judged) -> list[tuple[int, int]]:
        """Return the words over the cut-off; else those of a rule; else the strongest."""
        if one.read is None:
            return []
        cut, near = self.package.calibration.span_cut, self.package.calibration.span_near
        by_rule = [(ruling.span.begin, ruling.span.end) for ruling in one.rulings[:1]]
        return over_cut(one.read, cut, near) or by_rule or shown_spans(one.read, cut, near)


_HARM: Final = [CATEGORIES.index(category) for category in HARMFUL]


def _most_harmful(reads: Sequence[Read]) -> int:
    return int(np.argmax([read.heads[:, CATEGORY_PART][:, _HARM].max() for read in reads]))


def _set_aside(frame: Floats, cut: float) -> float:
    """Return the share of the frames in which the words are not the writer's own; 0 under the cut-off."""
    shares = np.exp(frame - frame.max())
    aside = 1.0 - float(shares[FRAMES.index(Frame.ASSERTED)] / shares.sum())
    return aside if aside >= cut else 0.0


def served_scores(
    fixed: Settled, raw: Sequence[float], found: Sequence[Ruling], aside: float, linear: Sequence[float] = ()
) -> dict[Category, float]:
    """Return the calibrated probabilities of one post from its raw scores, the rules that hit and the linear model.

    What a rule finds is decided by its words: the score of its category reaches the published threshold,
    unless the words are not the writer's own.
    """
    added = {
        category: sum(table[head] * value for head, value in zip(HEADS, linear, strict=True))
        for category, table in fixed.linear.items()
    }
    by_rules = sum(fixed.rules.get(kind, 0.0) for kind in {one.kind for one in found})
    added[Category.THREAT] = added.get(Category.THREAT, 0.0) + by_rules
    decided = set() if aside else {one.category for one in found if fixed.rules.get(one.kind, DECIDES) >= DECIDES}
    scores = {}
    for category, value in zip(CATEGORIES, raw, strict=True):
        platt = fixed.heads.get(category)
        if platt is not None:
            z = max(-40.0, min(40.0, platt.slope * value + platt.offset + added.get(category, 0.0)))
            share = 1.0 if category is Category.PROFANITY else 1.0 - aside
            scores[category] = share / (1.0 + math.exp(-z))
    scores[Category.ABUSE] = scores.get(Category.ABUSE, 0.0) * _not_explained(scores)
    return {
        category: max(round(value, PLACES), fixed.thresholds[category] if category in decided else 0.0)
        for category, value in scores.items()
    }


def _not_explained(scores: Mapping[Category, float]) -> float:
    """Return the share of abuse that no head of its own speaks for.

    An address or a call to a crowd is what the doxxing and the pile-on head tell apart from "at the corner of
    Mill Street" and "come along on Saturday"; the general head alone cannot.
    """
    return (1.0 - scores.get(Category.DOXXING, 0.0)) * (1.0 - scores.get(Category.PILE_ON_CALL, 0.0))


def served_flags(fixed: Settled, scores: Mapping[Category, float]) -> tuple[Category, ...]:
    """Return the categories at or over their published threshold, in the order of Category."""
    return tuple(c for c in Category if c in scores and scores[c] >= fixed.thresholds[c])


def _with_rules(one: Judged, flags: Sequence[Category], found: Sequence[Span]) -> list[Span]:
    """Return the found spans; a category that a rule decided shows the rule's words instead."""
    by_rule = {flag: joined_spans(one.rulings, flag) for flag in flags}
    own = [span for span in found if not by_rule.get(span.category)]
    every = [*own, *(span for spans in by_rule.values() for span in spans)]
    return sorted(every, key=lambda span: (span.begin, span.end, span.category))
