"""The refit: fits what has examples enough, tries it on what it has not seen, and refuses in words.

Refused where an example lacks two labellers, where there are too few, where the counterfactual swap test fails
(INV-35), or where a held-out check gets worse than the detector as shipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from evenhand.categories import Category
from evenhand.errors import DoesNotHold, UsageError
from evenhand.screening.local.apply import Detector, LocalScreener, has_say
from evenhand.screening.local.examples import REFITTABLE, Example, check_labellers, text_digest
from evenhand.screening.local.head import Floats, fit_platt, fit_words, log_loss, logit, rows_of, shift
from evenhand.screening.local.package import LocalHead, LocalPackage
from evenhand.screening.local.swaps import LEAST_PAIRS, LEAST_SAME, MOST_GAP, SwapReport, shipped_pairs, swap_test
from evenhand.screening.own_text import Sentence, sentences
from evenhand.screening.verdict import Verdict

LEAST_LEARNT: Final = 20  # of each answer, per category
LEAST_HELD_OUT: Final = 10
MOST_EXAMPLES: Final = 5_000  # bounds memory at about 160 MB


@dataclass(frozen=True, slots=True)
class Judgement:
    """How one detector does on some labelled posts: their number, log loss, and how many are wrongly flagged or not."""

    posts: int
    loss: float
    wrong: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"posts": self.posts, "loss": round(self.loss, 4), "wrong": self.wrong}


def refit(
    examples: Sequence[Example],
    held_out: Sequence[Example],
    *,
    base: Detector,
    thresholds: Mapping[Category, float],
    now: datetime,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> LocalPackage:
    """Return a local package fitted on `examples`, with its report; it is in no use until it is switched on.

    `thresholds`: the published ones of `base`. `pairs`: for the swap test, by default those of our own sentences and
    of the examples. Raises UsageError without two labellers per example or with too few examples, DoesNotHold where
    the swap test or a held-out check fails. Cost: every post screened twice, and seconds for the fit.
    """
    check_labellers([*examples, *held_out])
    _check_apart(examples, held_out)
    chosen = [category for category in REFITTABLE if category in thresholds and _enough(category, examples, held_out)]
    if not chosen:
        raise UsageError(
            f"no category has {LEAST_LEARNT} examples of each answer to learn from and {LEAST_HELD_OUT} held out "
            f"({_counts(examples, held_out)}).",
            where="refit",
            mend="Label more posts, of both kinds: /desk/labels.",
        )
    heads = _fitted(base, examples, {category: thresholds[category] for category in chosen})
    local = LocalScreener(base, LocalPackage(base.model_id, base.calibration_id, heads))
    swaps = swap_test(local, pairs if pairs is not None else shipped_pairs(e.text for e in [*examples, *held_out]))
    _must_stand_swaps(swaps)
    checks = _held_out_checks(base, local, held_out, chosen) | {"own sentences": _own_check(base, local, chosen)}
    report = {
        "made_at": now.isoformat(timespec="seconds"),
        "learnt_from": len(examples),
        "held_out": len(held_out),
        "labellers": len({person for example in [*examples, *held_out] for person in example.by}),
        "swaps": swaps.to_dict(),
        "checks": checks,
    }
    return LocalPackage(base.model_id, base.calibration_id, heads, report)


def _check_apart(examples: Sequence[Example], held_out: Sequence[Example]) -> None:
    if len(examples) + len(held_out) > MOST_EXAMPLES:
        raise UsageError(f"more than {MOST_EXAMPLES} examples.", where="refit", mend="Take the newest.")
    learnt = {text_digest(example.text) for example in examples}
    for example in held_out:
        if text_digest(example.text) in learnt:
            raise UsageError(
                "these words are among the examples and among those held out.",
                where=f"example {example.id}",
                mend="Divide them with `divided`, which keeps equal posts together.",
            )


def _answers(category: Category, examples: Iterable[Example]) -> tuple[int, int]:
    said = [example.heads[category] for example in examples if category in example.heads]
    return sum(said), len(said) - sum(said)


def _enough(category: Category, examples: Sequence[Example], held_out: Sequence[Example]) -> bool:
    return min(_answers(category, examples)) >= LEAST_LEARNT and min(_answers(category, held_out)) >= LEAST_HELD_OUT


def _counts(examples: Sequence[Example], held_out: Sequence[Example]) -> str:
    yes, no = _answers(Category.ABUSE, examples)
    held_yes, held_no = _answers(Category.ABUSE, held_out)
    return f"abuse: {yes} yes and {no} no to learn from, {held_yes} yes and {held_no} no held out"


def _fitted(
    base: Detector, examples: Sequence[Example], thresholds: Mapping[Category, float]
) -> dict[Category, LocalHead]:
    verdicts = base.screen([example.text for example in examples])
    rows = rows_of([example.text for example in examples])
    heads = {}
    for category, threshold in thresholds.items():
        usable = [n for n, one in enumerate(examples) if category in one.heads and _scored(verdicts[n], category)]
        if not usable:
            raise UsageError(f"the detector gives no score for {category.value} on these posts.", where="refit")
        truth = np.array([examples[n].heads[category] for n in usable], np.float64)
        z = logit([verdicts[n].scores[category] or 0.0 for n in usable])
        own = [rows[n] for n in usable]
        # Words first: a calibration fitted before them would distrust the shipped score for what a word explains.
        weights = fit_words(own, z, truth)
        slope, offset = fit_platt(z + shift(own, weights), truth)
        heads[category] = LocalHead(slope, offset, threshold, weights)
    return heads


def _scored(verdict: Verdict, category: Category) -> bool:
    return has_say(verdict) and verdict.scores.get(category) is not None


def _must_stand_swaps(swaps: SwapReport) -> None:
    if not swaps.holds:
        raise DoesNotHold(
            f"the swap test fails: of {swaps.pairs} pairs {swaps.same:.1%} keep their flags and the mean score gap is "
            f"{swaps.gap:.3f}; it takes {LEAST_PAIRS} pairs, {LEAST_SAME:.0%} and at most {MOST_GAP}.",
            where="refit",
            mend="Look for examples that treat groups differently, and label more of both kinds.",
        )


def _held_out_checks(
    base: Detector, local: Detector, held_out: Sequence[Example], chosen: Iterable[Category]
) -> dict[str, Any]:
    """Return per category how both do on the held-out examples. Raises DoesNotHold where the refit does worse."""
    texts = [example.text for example in held_out]
    shipped, refitted = base.screen(texts), local.screen(texts)
    report = {}
    for category in chosen:
        asked = [n for n, one in enumerate(held_out) if category in one.heads and shipped[n].abstained is None]
        truth = np.array([held_out[n].heads[category] for n in asked], np.float64)
        before, after = (judged([v[n] for n in asked], truth, category) for v in (shipped, refitted))
        if after.loss > before.loss or after.wrong > before.wrong:
            raise _worse(category, "held-out examples", before, after)
        report[category.value] = {"before": before.to_dict(), "after": after.to_dict()}
    return report


def _own_check(base: Detector, local: Detector, chosen: Iterable[Category]) -> dict[str, Any]:
    """Return how both do on our own held-out sentences (criticism, harsh speech, abuse); worse by 1 in 100 refuses."""
    ours = [sentence for sentence in sentences() if sentence.held_out]
    texts = [sentence.text for sentence in ours]
    shipped, refitted = base.screen(texts), local.screen(texts)
    report = {}
    for category in chosen:
        asked = [n for n, one in enumerate(ours) if _label(one, category) is not None and not shipped[n].abstained]
        truth = np.array([_label(ours[n], category) for n in asked], np.float64)
        before, after = (judged([v[n] for n in asked], truth, category) for v in (shipped, refitted))
        if after.wrong - before.wrong > len(asked) / 100:
            raise _worse(category, "sentences that come with the detector", before, after)
        report[category.value] = {"before": before.to_dict(), "after": after.to_dict()}
    return report


def _label(sentence: Sentence, category: Category) -> float | None:
    """Return a sentence's label; our own files call abuse `abusive` and an attack on a group `hateful`."""
    names = {Category.ABUSE: "abusive", Category.IDENTITY_ATTACK: "hateful", Category.INCIVILITY: "uncivil"}
    said = dict(sentence.labels).get(names.get(category, category.value))
    return None if said is None else float(said)


def judged(verdicts: Sequence[Verdict], truth: Floats, category: Category) -> Judgement:
    """Return how some verdicts stand against the labels."""
    if not verdicts:
        return Judgement(0, 0.0, 0)
    scores = np.array([verdict.scores.get(category) or 0.0 for verdict in verdicts], np.float64)
    flags = np.array([category in verdict.flags for verdict in verdicts])
    return Judgement(len(verdicts), log_loss(scores, truth), int(np.sum(flags != (truth >= 0.5))))


def _worse(category: Category, what: str, before: Judgement, after: Judgement) -> DoesNotHold:
    return DoesNotHold(
        f"the refit of {category.value} does worse on {after.posts} {what}: log loss {before.loss:.3f} → "
        f"{after.loss:.3f}, wrong {before.wrong} → {after.wrong}.",
        where="refit",
        mend="Nothing was changed. Label more posts, or keep the detector as shipped.",
    )
