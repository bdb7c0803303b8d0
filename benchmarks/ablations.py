"""What each part of the settling does on the dev rows: the linear model beside the encoder, words near the strongest.

    python benchmarks/ablations.py [--small] [--beside DIR]

Reads the labelled rows under EVENHAND_SHARED (default ../shared) and the shipped weights; settles them with each part
and without it, and prints the dev rows' figures. Nothing is written. Dev rows fix these numbers and show them here: a
part that gains nothing on them gains nowhere, what one gains elsewhere is said by the model card. Some ten minutes.
--beside names the folder of another encoder, as `evenhand train` leaves it: it alone, and the mean answer of both.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from _bench import SHARED, SMALL_STEP, table
from _measures import auc, share
from evenhand.categories import Category
from evenhand.screening.encoder import load_encoder, shipped_encoder
from evenhand.screening.judges import HARMFUL
from evenhand.screening.marks import over_cut
from evenhand.screening.model import shipped
from evenhand.screening.settled import Settled
from evenhand.screening.training.packing import looked
from evenhand.screening.training.settle import (
    HARSH_FILES,
    Looked,
    scores_of,
    settle,
    span_cuts,
    span_f1,
    span_rows,
    truth_of,
)
from evenhand.screening.training.trainer import gather

Pair = tuple[Looked, Looked]
# Own files whose dev lines say most of what a model confuses; those that hold both kinds are told apart by label.
OWN = (
    "kind_wishes", "bodies_and_visits", "force_metaphors", "harsh_civic", "speaking_up", "group_questions", "belonging",
    "unwanted", "name_calling", "threats_veiled", "harsh_voices", "threat_pairs", "contempt_pairs", "group_pairs",
    "long_posts", "reported_words", "everyday", "rare_harms", "warnings", "errands", "addresses_and_calls", "denials",
)  # fmt: skip


# Shares of the benign rows that are flagged, from .3 to 3 %: the mean over them jumps less than the recall at one.
FEW = np.linspace(0.003, 0.03, 28)
MEASURED = (
    "AUC", "recall where 1 % of benign rows are flagged", "mean recall from .3 to 3 %", "recall as published",
    "benign flagged",
)  # fmt: skip


def heads(dev: Looked, benign: Looked) -> Iterator[str]:
    """Per head that asks the linear model: alone, and with it."""
    deaf = [replace(seen, gate=seen.gate * 0) for seen in (dev, benign)]
    both, alone = settle(dev, benign), settle(*deaf)
    lines = []
    for category in both.linear:
        for name, settled, (rows, quiet) in (("encoder alone", alone, deaf), ("with it", both, (dev, benign))):
            lines.append((category.value, name, *_figures(settled, category, rows, quiet)))
    head = ("head", "", *MEASURED)
    yield from table("The linear model beside the encoder: dev rows", head, lines)
    skipped = [f"{settled.gate['skipped']:.3f} (keeps {settled.gate['kept']:.3f})" for settled in (alone, both)]
    yield f"\nBenign rows that the gate skips: {skipped[1]} with it."


def _figures(settled: Settled, category: Category, dev: Looked, benign: Looked) -> tuple[str, ...]:
    scores, quiet = scores_of(settled, dev)[category], scores_of(settled, benign)[category]
    truth = truth_of(category, dev.rows)
    known, limit = ~np.isnan(truth), settled.thresholds[category]
    cut = np.sort(quiet)[::-1][int(0.01 * len(quiet))]
    right = scores[truth == 1]
    cuts = np.sort(quiet)[::-1][(FEW * len(quiet)).astype(int)]
    over_few = float(np.mean([share(right > each) for each in cuts]))
    figures = (auc(truth[known] == 1, scores[known]), share(right > cut), over_few, share(right >= limit))
    return (*(f"{value:.3f}" for value in figures), f"{share(quiet >= limit):.4f}")


def spans(dev: Looked) -> Iterator[str]:
    """The words shown: by a cut-off alone, and near the strongest word of their post."""
    use, lines = span_rows(dev), []
    for name, nears in (("a cut-off alone", (np.inf,)), ("and near the strongest word", None)):
        cut, near = span_cuts(dev) if nears is None else span_cuts(dev, nears)
        values = [span_f1(dev.rows[at].spans or [], over_cut(dev.reads[at], cut, near)) for at in use]
        lines.append((name, f"{cut:+.1f}", f"{near:.1f}", f"{share(np.asarray(values)):.3f}"))
    yield from table("Words shown: dev rows", ("rule", "cut-off", "at most below", "character F1"), lines)


def beside(mine: Pair, other: Pair) -> Iterator[str]:
    """The shipped encoder, another one, and the mean of their raw answers: each settled by itself."""
    means = [
        replace(one, raw=(one.raw + two.raw) / 2, aside=(one.aside + two.aside) / 2)
        for one, two in zip(mine, other, strict=True)
    ]
    lines, told, shares = [], [], []
    for name, (dev, benign) in (("as shipped", mine), ("the other", other), ("the mean of both", means)):
        settled = settle(dev, benign)
        lines += [(each.value, name, *_figures(settled, each, dev, benign)) for each in settled.thresholds]
        cut, near = settled.span_cut, settled.span_near
        values = [span_f1(dev.rows[at].spans or [], over_cut(dev.reads[at], cut, near)) for at in span_rows(dev)]
        flagged = harmed(settled, dev)
        files = [str(row.orig.get("line", "")).rpartition("-")[0] for row in dev.rows]
        abusive = np.asarray([row.share("abusive") == 1 for row in dev.rows])
        ours = np.asarray([row.dataset == "own" for row in dev.rows])
        told.append(("all own lines", name, *(_of(flagged, ours & side) for side in (~abusive, abusive))))
        for file in ("harsh speech", *OWN):
            own = np.isin(files, HARSH_FILES if file == "harsh speech" else [file])
            told.append((file, name, *(_of(flagged, own & side) for side in (~abusive, abusive))))
        shares.append((name, f"{share(harmed(settled, benign)):.4f}", f"{share(np.asarray(values)):.3f}"))
    head = ("head", "encoder", *MEASURED)
    yield from table("Two encoders: dev rows", head, sorted(lines, key=lambda line: line[0]))
    yield from table(
        "Own dev lines flagged for any harm",
        ("lines", "encoder", "of those that hold none", "of abuse"),
        sorted(told, key=lambda line: line[0]),
    )
    yield from table(
        "Benign rows flagged for any harm; words shown (of the mean, those as shipped)",
        ("encoder", "benign", "character F1"),
        shares,
    )


def _of(flagged: np.ndarray, group: np.ndarray) -> str:
    return f"{int(flagged[group].sum())} of {int(group.sum())}" if group.any() else ""


def harmed(settled: Settled, seen: Looked) -> np.ndarray:
    """Return which rows are flagged for any harm."""
    flags = np.zeros(len(seen.rows), np.bool_)
    for category, values in scores_of(settled, seen).items():
        if category in HARMFUL:
            flags |= values >= settled.thresholds[category]
    return flags


def report(dev: Looked, benign: Looked) -> Iterator[str]:
    yield from heads(dev, benign)
    yield from spans(dev)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="every twelfth row: a smoke test")
    parser.add_argument("--beside", type=Path, help="the folder of another encoder, to compare with and to add to")
    asked = parser.parse_args()
    step = SMALL_STEP if asked.small else 1
    material = gather(SHARED / "data")
    rows, benign = material.rows[::step], material.benign[::step]
    seen = looked(shipped_encoder().model, shipped(), rows, benign, lambda _line: None)
    print("\n".join(report(*seen)))
    if asked.beside:
        other = looked(load_encoder(asked.beside).model, shipped(), rows, benign, lambda _line: None)
        print("\n".join(beside(seen, other)))


if __name__ == "__main__":
    main()
