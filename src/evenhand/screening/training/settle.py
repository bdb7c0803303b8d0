"""What is fixed for the full model on dev rows, and on nothing else: calibrations, thresholds, cut-offs, the gate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from evenhand.categories import Category
from evenhand.screening.encoder import Encoder, Read
from evenhand.screening.gate import gate_sums, names_of
from evenhand.screening.judges import DECIDES, HARMFUL, PLACES
from evenhand.screening.marks import over_cut
from evenhand.screening.model import HEADS, Package, Platt
from evenhand.screening.outputs import CATEGORIES, CATEGORY_PART, FRAME_PART, FRAMES
from evenhand.screening.rules import ThreatKind, find_threats
from evenhand.screening.scoring import score
from evenhand.screening.settled import Settled
from evenhand.screening.training.calibrate import best_threshold, platt, quiet_threshold
from evenhand.screening.training.product import fitted_product
from evenhand.screening.training.rows import Row, digest_number
from evenhand.screening.training.targets import CATEGORY, is_quiet
from evenhand.screening.verdict import Frame
from evenhand.screening.views import read, vocabulary
from evenhand.text import normalise

Floats = NDArray[np.float64]

CHUNK: Final = 512
# The share of the benign threshold rows each head may flag; its threshold is the lowest that keeps to it.
QUIET: Final[Mapping[Category, float]] = {
    Category.ABUSE: 0.008,
    Category.INSULT: 0.003,
    Category.IDENTITY_ATTACK: 0.008,
    Category.THREAT: 0.003,
    Category.SEXUAL_HARASSMENT: 0.002,
    Category.DEHUMANISATION: 0.002,
    Category.DOXXING: 0.001,
    Category.PILE_ON_CALL: 0.001,
}
# The share of other people's political posts that are not even uncivil that a head may flag.
CIVIL: Final = 0.008
# The share of our own harsh dev sentences, metaphors of force among them, that a head should not flag more of; a
# threat, the gravest thing to say of a post, none.
HARSH: Final = 0.02
HARSH_AS_THREAT: Final = 0.0
HARSH_FILES: Final = (
    "harsh_speech", "harsh_more", "harsh_civic", "harsh_voices", "criticism", "plain_anger", "force_metaphors",
    "fights", "harsh_or_threat",
)  # fmt: skip
# They are few and a handful of writers', so that some of them could set any threshold. Sparing them may cost a
# head this share of the true positives that its other limits leave, and no more: the rest is for a better model.
HARSH_COST: Final = 0.1
HARSH_COST_AS_THREAT: Final = 0.2
# Sets whose dev rows say where hate begins: cleanly labelled, balanced.
HATE_SETS: Final = frozenset({"hatemojibuild", "toxigen_annotated", "hatexplain", "measuring_hate_speech_sub", "own"})
# What the linear model says is added to a head with at least so many positive dev rows: three more numbers are fixed.
LEAST_POSITIVE: Final = 60
# Heads it is not asked for: who attacks a group and who defends one use the same words, and their order, which tells
# the two apart, it cannot see; what a profanity is says a list.
UNASKED: Final = frozenset({Category.IDENTITY_ATTACK, Category.PROFANITY})
# Of the full model's true positives the gate may lose so many on the rows it is fixed on.
LOST: Final = 0.008
# How far below the strongest word of a post a shown word may be.
NEARS: Final = (math.inf, 3.0, 2.5, 2.0, 1.5, 1.0, 0.5)
FRAME_CUTS: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)
# Lowering scores by their frame may cost so many of the true positives of dev rows.
FRAME_LOST: Final = 0.004


@dataclass(frozen=True, slots=True)
class Looked:
    """What the encoder and the rules see in some rows, in order.

    raw: per category the highest raw score [rows, categories]. aside: share of the frames that are not
    "asserted", in the loudest window. kinds: the threat rules that hit, a column each. gate: the linear
    model's raw scores. reads: for spans. stands: of how many rows of its set each is one (None: one each).
    """

    rows: Sequence[Row]
    raw: Floats
    aside: Floats
    kinds: Floats
    gate: Floats
    reads: Sequence[Read]
    stands: Floats | None = None

    @property
    def weights(self) -> Floats:
        """Return how much each row counts in a calibration."""
        return np.ones(len(self.rows)) if self.stands is None else self.stands


def look(encoder: Encoder, gate: Package, rows: Sequence[Row], say: Callable[[str], None]) -> Looked:
    """Return what is seen in some rows. Cost: a few milliseconds a row."""
    words = vocabulary(gate.model)
    parts: list[tuple[Floats, float, list[float], Floats, Read]] = []
    harm = [CATEGORIES.index(category) for category in HARMFUL]
    for start in range(0, len(rows), CHUNK):
        some = rows[start : start + CHUNK]
        views = [read(row.text, words).views for row in some]
        above = [normalise(row.parent) if row.parent else None for row in some]
        flat = [view for group in views for view in group]
        reads = encoder.read(flat, [parent for group, parent in zip(views, above, strict=True) for _ in group])
        linear = score(gate, views)
        at = 0
        for group, one in zip(views, linear, strict=True):
            mine = reads[at : at + len(group)]
            at += len(group)
            heads = np.concatenate([found.heads for found in mine]).astype(np.float64)
            best = max(mine, key=lambda found: float(found.heads[:, CATEGORY_PART][:, harm].max()))
            loudest = heads[int(np.argmax(heads[:, CATEGORY_PART][:, harm].max(axis=1)))]
            hits = {hit.rule.kind for view in group for hit in find_threats(view.text)}
            kinds = [float(kind in hits) for kind in ThreatKind]
            parts.append((heads[:, CATEGORY_PART].max(axis=0), _aside(loudest[FRAME_PART]), kinds, one.raw, best))
        say(f"{start + len(some)} of {len(rows)} rows looked at")
    return Looked(
        rows,
        np.stack([part[0] for part in parts]),
        np.asarray([part[1] for part in parts]),
        np.asarray([part[2] for part in parts]),
        np.stack([part[3] for part in parts]),
        [part[4] for part in parts],
    )


def _aside(frame: Floats) -> float:
    shares = np.exp(frame - frame.max())
    return 1.0 - float(shares[FRAMES.index(Frame.ASSERTED)] / shares.sum())


def settle(dev: Looked, benign: Looked) -> Settled:
    """Return everything fixed: on dev rows, and on the benign rows that may set thresholds."""
    draft = _calibrations(dev)
    draft = replace(draft, frame_cut=_frame_cut(draft, dev, benign))
    draft = _published(draft, dev)
    cut, near = span_cuts(dev)
    settled = replace(draft, thresholds=_thresholds(draft, dev, benign), span_cut=cut, span_near=near)
    return replace(settled, gate=gate_table(settled, dev, benign))


def _calibrations(dev: Looked) -> Settled:
    """Return a draft: per head what its raw score, the threat rules and the linear model add to its logit."""
    heads: dict[Category, Platt] = {}
    linear: dict[Category, dict[str, float]] = {}
    rules = {kind.value: 1.0 for kind in ThreatKind}
    for column, category in enumerate(CATEGORIES):
        truth = truth_of(category, dev.rows)
        if not (truth == 1).any():
            continue
        is_threat = category is Category.THREAT
        asks = category not in UNASKED and (truth == 1).sum() >= LEAST_POSITIVE
        kinds, beside = dev.kinds[:, : dev.kinds.shape[1] * is_threat], dev.gate[:, : len(HEADS) * asks]
        fit = _direction(np.column_stack([dev.raw[:, column], kinds, beside]), truth, dev.rows, against_quiet=is_threat)
        slope, *added = (round(float(value), 6) for value in fit[:-1])
        heads[category] = Platt(slope, round(float(fit[-1]), 6))
        if is_threat:
            # A rule explains itself: where it hits it may raise a score, never lower it.
            rules = {kind.value: max(0.0, value) for kind, value in zip(ThreatKind, added, strict=False)}
        if asks:
            linear[category] = dict(zip(HEADS, added[kinds.shape[1] :], strict=True))
    return Settled(heads, {}, rules, 0.0, 1.01, {}, linear=linear)


def _direction(table: Floats, truth: Floats, rows: Sequence[Row], *, against_quiet: bool) -> Floats:
    """Return the weights of a table's columns and the constant, by logistic fit on the rows whose label is known.

    `against_quiet`: the columns are weighed on the positives against rows that hold no harm of any kind, which is
    what a threat must be told from at one post in a hundred; the scale and the constant come from all rows.
    """
    known = ~np.isnan(truth)
    calm = np.asarray([is_quiet(row) for row in rows]) if against_quiet else known
    use = known & ((truth == 1) | calm)
    if len(set(truth[use].tolist())) < 2:
        return np.asarray([1.0, *[0.0] * table.shape[1]])
    fitted = LogisticRegression(C=10.0, max_iter=1000).fit(table[use], truth[use] == 1)
    weights, constant = fitted.coef_[0], float(fitted.intercept_[0])
    if against_quiet:
        scale = platt(table @ weights, [None if np.isnan(value) else int(value) for value in truth])
        weights, constant = weights * scale.slope, scale.offset
    return np.asarray([*weights, constant], np.float64)


def _published(draft: Settled, dev: Looked) -> Settled:
    """Return the calibrations refitted to what is published: lowered by the frame, and by what explains abuse.

    Rows count by how many of their set they stand for. Threat keeps its fit, which holds its rules.
    """
    out = draft
    framed = 1 - np.where(dev.aside >= draft.frame_cut, dev.aside, 0.0)
    last = sorted(draft.heads, key=lambda category: (category is Category.ABUSE, category.value))
    for category in last:
        if category is Category.THREAT:
            continue
        share = np.ones(len(dev.rows)) if category is Category.PROFANITY else framed
        if category is Category.ABUSE:
            share = share * not_explained(scores_of(out, dev))
        was = out.heads[category]
        felt = _logits(out, category, dev) - was.offset
        fit = fitted_product(Platt(1.0, was.offset), felt, share, truth_of(category, dev.rows), dev.weights)
        heads = {**out.heads, category: Platt(round(was.slope * fit.slope, 6), fit.offset)}
        asked = {head: round(value * fit.slope, 6) for head, value in out.linear.get(category, {}).items()}
        out = replace(out, heads=heads, linear={**out.linear, **({category: asked} if asked else {})})
    return out


def _logits(settled: Settled, category: Category, seen: Looked) -> Floats:
    """Return the logits of a head before its rules: its own raw score and what the linear model adds."""
    fixed, asked = settled.heads[category], settled.linear.get(category, {})
    z = fixed.slope * seen.raw[:, CATEGORIES.index(category)] + fixed.offset
    return np.asarray(z + sum(value * seen.gate[:, HEADS.index(head)] for head, value in asked.items()), np.float64)


def not_explained(scores: Mapping[Category, Floats]) -> Floats | float:
    """Return the share of abuse that neither doxxing nor a pile-on call explains: as at work, on columns."""
    share: Floats | float = 1.0
    for category in (Category.DOXXING, Category.PILE_ON_CALL):
        share = share * (1 - scores[category]) if category in scores else share
    return share


def scores_of(settled: Settled, seen: Looked) -> dict[Category, Floats]:
    """Return the published scores of the rows seen, per category: the same sums as at work, on columns."""
    aside = np.where(seen.aside >= settled.frame_cut, seen.aside, 0.0)
    added = seen.kinds @ np.asarray([settled.rules[kind.value] for kind in ThreatKind])
    out = {}
    for category in settled.heads:
        z = _logits(settled, category, seen) + (added if category is Category.THREAT else 0.0)
        share = 1.0 if category is Category.PROFANITY else 1.0 - aside
        out[category] = share / (1 + np.exp(-np.clip(z, -40, 40)))
    if Category.ABUSE in out:
        out[Category.ABUSE] = out[Category.ABUSE] * not_explained(out)
    out = {category: np.round(values, PLACES) for category, values in out.items()}
    least = settled.thresholds.get(Category.THREAT)
    if least is not None:
        deciding = [settled.rules[kind.value] >= DECIDES for kind in ThreatKind]
        by_rule = (seen.kinds[:, deciding].sum(axis=1) > 0) & (aside == 0)
        out[Category.THREAT] = np.where(by_rule, np.maximum(out[Category.THREAT], least), out[Category.THREAT])
    return out


def truth_of(category: Category, rows: Sequence[Row]) -> Floats:
    """Return per row 1, 0 or nan for unknown."""
    given = (CATEGORY[category](row) for row in rows)
    return np.asarray([np.nan if value is None else float(value >= 0.5) for value in given])


def _thresholds(draft: Settled, dev: Looked, benign: Looked) -> dict[Category, float]:
    own, quiet = scores_of(draft, dev), scores_of(draft, benign)
    civil = np.asarray([row.dataset == "mupid_political" and row.share("uncivil") == 0 for row in dev.rows])
    harsh = np.asarray([_is_our_harsh_speech(row) for row in dev.rows])
    found: dict[Category, float] = {}
    for category in draft.heads:
        scores = own[category]
        if category is Category.PROFANITY:
            found[category] = 0.5
        elif category is Category.INCIVILITY:
            found[category] = best_threshold(scores.tolist(), [row.share("uncivil") for row in dev.rows])
        else:
            low = quiet_threshold(quiet[category].tolist(), QUIET[category])
            political = quiet_threshold(scores[civil].tolist(), CIVIL) if civil.any() else 0.0
            limit = max(low, political, _hate_threshold(category, scores, dev.rows))
            share = HARSH_AS_THREAT if category is Category.THREAT else HARSH
            sparing = quiet_threshold(scores[harsh].tolist(), share) if harsh.any() else 0.0
            right = scores[truth_of(category, dev.rows) == 1]
            cost = HARSH_COST_AS_THREAT if category is Category.THREAT else HARSH_COST
            found[category] = max(limit, min(sparing, affordable(right, limit, cost)))
    return found


def affordable(right: Floats, limit: float, cost: float = HARSH_COST) -> float:
    """Return the highest threshold (rounded down to 3 places) that keeps all but a share of the true positives.

    `right` are the scores of the rows that hold the harm, `limit` the threshold from which it is counted.
    """
    kept = np.sort(right[right >= limit])
    return math.floor(float(kept[int(cost * len(kept))]) * 1000) / 1000 if len(kept) else limit


def _is_our_harsh_speech(row: Row) -> bool:
    return row.share("abusive") == 0 and str(row.orig.get("line", "")).startswith(HARSH_FILES)


def _hate_threshold(category: Category, scores: Floats, rows: Sequence[Row]) -> float:
    """Return for identity attacks the threshold with the best macro-F1 on dev rows of balanced sets; else 0."""
    if category is not Category.IDENTITY_ATTACK:
        return 0.0
    use = [at for at, row in enumerate(rows) if row.dataset in HATE_SETS]
    labels = [CATEGORY[category](rows[at]) for at in use]
    return best_threshold(scores[use].tolist(), labels)


def _frame_cut(draft: Settled, dev: Looked, benign: Looked) -> float:
    """Return the lowest cut-off at which lowering scores by their frame costs few true positives."""
    plain = scores_of(draft, dev)
    limits = {c: quiet_threshold(v.tolist(), QUIET[c]) for c, v in scores_of(draft, benign).items() if c in QUIET}
    right = np.zeros(len(dev.rows), np.bool_)
    for category, limit in limits.items():
        right |= (plain[category] >= limit) & (truth_of(category, dev.rows) == 1)
    for cut in FRAME_CUTS:
        lowered = scores_of(replace(draft, frame_cut=cut), dev)
        still = np.zeros(len(dev.rows), np.bool_)
        for category, limit in limits.items():
            still |= lowered[category] >= limit
        if (right & ~still).sum() <= FRAME_LOST * max(right.sum(), 1):
            return cut
    return FRAME_CUTS[-1]


def span_cuts(dev: Looked, nears: Sequence[float] = NEARS) -> tuple[float, float]:
    """Return the raw span score, and how far below the strongest word, with the best mean character F1.

    What stands far below the strongest word of its post is seldom marked.
    """
    pairs = [(dev.rows[at].spans or [], dev.reads[at]) for at in span_rows(dev)]
    if not pairs:
        return 0.0, math.inf
    choices = [(step / 5, near) for step in range(-20, 11) for near in nears]
    means = [np.mean([span_f1(spans, over_cut(one, *choice)) for spans, one in pairs]) for choice in choices]
    return choices[int(np.argmax(means))]


def span_rows(dev: Looked) -> list[int]:
    """Return the numbers of the toxic dev rows whose words somebody marked."""
    return [
        at for at, row in enumerate(dev.rows)
        if row.dataset == "toxic_spans_typed" and row.spans is not None and (row.share("abusive") or 0) >= 0.5
    ]  # fmt: skip


def span_f1(gold: Sequence[tuple[int, int]], found: Sequence[tuple[int, int]]) -> float:
    """Return the F1 of the marked characters; 1 where neither marks any."""
    truth = {at for begin, end in gold for at in range(begin, end)}
    said = {at for begin, end in found for at in range(begin, end)}
    if not truth and not said:
        return 1.0
    return 2 * len(truth & said) / (len(truth) + len(said)) if truth and said else 0.0


def gate_table(settled: Settled, dev: Looked, benign: Looked) -> dict[str, float]:
    """Return the gate's weights and cut-off, fixed on all rows.

    `kept` and `skipped` are counted on each half of the rows with a table that was fixed on the other half, and are the
    mean of both: one half alone can be lucky.
    """
    rows = [*dev.rows, *benign.rows]
    raw = np.concatenate([dev.gate, benign.gate])
    flags, right = (
        np.concatenate(pair) for pair in zip(_flagged(settled, dev), _flagged(settled, benign), strict=True)
    )
    quiet = np.asarray([row.share("presumed_benign") == 1 for row in rows])
    half = np.asarray([digest_number(row.text) // 16 % 2 == 0 for row in rows])
    counted = []
    for here in (half, ~half):
        table = _gate_fitted(raw[here], flags[here], right[here])
        passes = gate_sums(raw, table) >= table["cut"]
        kept, skipped = passes[~here & right], ~passes[~here & quiet]
        counted.append((kept.mean() if len(kept) else 1.0, skipped.mean() if len(skipped) else 0.0))
    kept, skipped = np.mean(counted, axis=0)
    return {
        **_gate_fitted(raw, flags, right),
        "kept": round(float(kept), 4),
        "skipped": round(float(skipped), 4),
    }


def _gate_fitted(raw: Floats, flags: NDArray[np.bool_], right: NDArray[np.bool_]) -> dict[str, float]:
    if len(set(flags.tolist())) < 2:
        return {**dict.fromkeys(names_of(raw), 1.0), "cut": -40.0}
    fitted = LogisticRegression(C=1.0, max_iter=500).fit(raw, flags)
    table = {head: round(float(value), 6) for head, value in zip(names_of(raw), fitted.coef_[0], strict=True)}
    wanted = np.sort(gate_sums(raw, table)[right])
    table["cut"] = round(float(wanted[int(LOST * len(wanted))]), 6) if len(wanted) else -40.0
    return table


def _flagged(settled: Settled, seen: Looked) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which rows the full model flags for a harm, and which of those rightly."""
    flags = np.zeros(len(seen.rows), np.bool_)
    right = flags.copy()
    for category, values in scores_of(settled, seen).items():
        if category in HARMFUL:
            said = values >= settled.thresholds[category]
            flags |= said
            right |= said & (truth_of(category, seen.rows) == 1)
    return flags, right
