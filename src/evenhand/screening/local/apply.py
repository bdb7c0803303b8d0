"""A screener with a local refit on top: the same face as Screener, other scores for the refitted heads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.local.head import logit, rows_of, shift, sigmoid
from evenhand.screening.local.package import LocalHead, LocalPackage
from evenhand.screening.reasons import flagged
from evenhand.screening.targets import groups_in, target_of
from evenhand.screening.verdict import Frame, Target, Verdict
from evenhand.text import normalise

PLACES: Final = 4
QUIETED: Final = (
    "Nothing reached a threshold after this organisation’s own refit; the shipped detector flags it. "
    "What passes can still be reported."
)
RAISED: Final = "this organisation’s own refit says so, from posts that two people labelled alike"
_LONGEST: Final = 40_000


class Detector(Protocol):
    """What a refit needs of a screener: verdicts, and which model and calibration they come from."""

    @property
    def model_id(self) -> str:
        """Return the model id."""

    @property
    def calibration_id(self) -> str:
        """Return the calibration id."""

    def screen(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> list[Verdict]:
        """Return one verdict per text."""


class LocalScreener:
    """Screens with a base and a local package on top; pure, and equal in any batch.

    Only verdicts on the author's own words change: abstentions, quotations and objections stay as they are,
    and so do threats, private details and calls to pile on. Raises UsageError where the package was fitted on
    another model or calibration: the old scores are never silently taken for the new ones.
    """

    def __init__(self, base: Detector, package: LocalPackage) -> None:
        mine, its = (base.model_id, base.calibration_id), (package.model, package.calibration)
        if mine != its:
            raise UsageError(
                f"this refit was made for {its[0]} with {its[1]}; the detector is {mine[0]} with {mine[1]}.",
                where=package.id,
                mend="Make the refit again, or switch it off.",
            )
        self._base = base
        self._heads = dict(package.heads)
        self.local_id = package.id
        self.model_id = base.model_id
        self.calibration_id = f"{base.calibration_id}+{package.id}"

    def __getattr__(self, name: str) -> Any:
        """Return what else the base offers (its package, marked words)."""
        return getattr(self._base, name)

    def screen(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> list[Verdict]:
        """Return one verdict per text, in order, under this refit's calibration id."""
        verdicts = self._base.screen(texts, parents, languages)
        above = parents if parents is not None else [None] * len(texts)
        moved = self._moved(texts, verdicts)
        return [
            self._verdict(text, verdict, scores, answers=bool(parent))
            for text, parent, verdict, scores in zip(texts, above, verdicts, moved, strict=True)
        ]

    def _moved(self, texts: Sequence[str], verdicts: Sequence[Verdict]) -> list[dict[Category, float]]:
        """Return per verdict the scores that the refit changes; empty where it has no say."""
        out: list[dict[Category, float]] = [{} for _ in verdicts]
        chosen = [number for number, verdict in enumerate(verdicts) if has_say(verdict)]
        rows = rows_of([texts[number] for number in chosen])
        for category, head in self._heads.items():
            scored = [(n, row, s) for n, row in zip(chosen, rows, strict=True)
                      if (s := verdicts[n].scores.get(category)) is not None]  # fmt: skip
            new = probabilities(head, [row for _, row, _ in scored], [s for _, _, s in scored])
            for (number, _, _), score in zip(scored, new, strict=True):
                out[number][category] = score
        return out

    def _verdict(self, text: str, verdict: Verdict, moved: dict[Category, float], *, answers: bool) -> Verdict:
        flags = self._flags(verdict.flags, moved)
        verdict = replace(verdict, scores={**verdict.scores, **moved}, calibration=self.calibration_id)
        return verdict if flags == verdict.flags else _explained(text, verdict, flags, answers=answers)

    def _flags(self, given: Iterable[Category], moved: dict[Category, float]) -> tuple[Category, ...]:
        kept = {flag for flag in given if flag not in moved}
        raised = {category for category, score in moved.items() if score >= self._heads[category].threshold}
        return tuple(category for category in Category if category in kept | raised)


def has_say(verdict: Verdict) -> bool:
    """Return whether a refit may change this verdict: the author's own words, read and not abstained on."""
    return verdict.abstained is None and verdict.frame is Frame.ASSERTED


def probabilities(head: LocalHead, rows: Sequence[dict[int, float]], scores: Sequence[float]) -> list[float]:
    """Return the refitted probabilities of some posts, given their features and shipped scores."""
    if not rows:
        return []
    z = head.slope * (logit(scores) + shift(rows, head.weights)) + head.offset
    return [round(float(p), PLACES) for p in sigmoid(z)]


def _explained(text: str, verdict: Verdict, flags: tuple[Category, ...], *, answers: bool) -> Verdict:
    """Return the verdict with other flags, its spans, target and reason true to them."""
    if not flags:
        quiet = replace(verdict, flags=(), target=Target.NONE, groups=(), spans=())
        return replace(quiet, reason=QUIETED)
    view = normalise(text[:_LONGEST]).text
    groups = verdict.groups or groups_in(view)
    target = verdict.target if verdict.flags else target_of(view, flags, groups)
    if target is Target.NONE and answers:
        target = Target.ADDRESSEE  # a reply that names nobody is aimed at the person it answers
    spans = tuple(span for span in verdict.spans if span.category in flags)
    reason = f"{flagged(text, flags, spans, target, ()).removesuffix('.')}; {RAISED}."
    return replace(verdict, flags=flags, target=target, groups=groups, spans=spans, reason=reason)
