"""Measure the shipped detector on the suites of SCREENING §4.1 and print its model card.

    python benchmarks/screening.py [--small] [--card docs/reference/model-card.md]

Reads the labelled rows under EVENHAND_SHARED (default ../shared). What it prints is the card; --card also
writes it. Nothing here sets a threshold: those are fixed on dev rows when the detector is trained.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import orjson

import suites
from _card import HEAD, after, before
from _measures import (
    accuracy,
    auc,
    average_precision,
    ece,
    figure,
    macro_f1,
    precision_at,
    share,
    shifted_ece,
    span_f1,
)
from evenhand.screening import Category, Screener, Verdict
from evenhand.screening.training import labels
from evenhand.screening.training.own import own_rows
from evenhand.screening.training.rows import BENIGN_SET, Part, Row, read_rows

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).resolve().parents[2] / "shared"))
SMALL_STEP = 12


class Bench:
    """Rows, verdicts and their cache, for one run."""

    def __init__(self, *, small: bool) -> None:
        self.screener = Screener()
        self.small = small
        self._kept: dict[str, tuple[list[Row], list[Verdict]]] = {}

    def rows(self, dataset: str) -> list[Row]:
        folder = "eval" if (SHARED / "data/eval" / f"{dataset}.jsonl.gz").exists() else "train"
        found = list(read_rows(SHARED / "data" / folder / f"{dataset}.jsonl.gz"))
        return found[::SMALL_STEP] if self.small else found

    def test_rows(self, dataset: str) -> tuple[list[Row], list[Verdict]]:
        """Return the reporting rows of a set and their verdicts."""
        if dataset not in self._kept:
            rows = [row for row in self.rows(dataset) if row.part is Part.TEST]
            self._kept[dataset] = rows, self.screener.screen([row.text for row in rows])
        return self._kept[dataset]

    def benign(self) -> list[Verdict]:
        rows, verdicts = self.test_rows(BENIGN_SET)
        return [v for row, v in zip(rows, verdicts, strict=True) if row.share("presumed_benign") == 1]


Line = tuple[str, ...]


def table(title: str, head: Line, lines: Sequence[Line]) -> Iterator[str]:
    yield f"\n## {title}\n"
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for line in lines:
        yield "| " + " | ".join(line) + " |"


def columns(bench: Bench, suite: suites.Suite) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return truth, flag and score of a suite's rows, and the share abstained (counted as not flagged)."""
    rows, verdicts = bench.test_rows(suite.dataset)
    kept = [(suite.truth(row), v) for row, v in zip(rows, verdicts, strict=True) if suite.truth(row) is not None]
    truth = np.array([t for t, _ in kept], bool)
    flags = np.array([suite.flag(v) for _, v in kept], bool)
    scores = np.array([suite.score(v) for _, v in kept])
    return truth, flags, scores, sum(v.abstained is not None for _, v in kept) / max(len(kept), 1)


def judged(bench: Bench) -> Iterator[str]:
    lines = []
    for suite in suites.JUDGED.values():
        truth, flags, scores, silent = columns(bench, suite)
        lines.append(
            (
                suite.name,
                str(len(truth)),
                str(figure(macro_f1, truth, flags)),
                str(figure(accuracy, truth, flags)),
                f"{share(flags[truth]):.3f}",
                f"{share(flags[~truth]):.3f}",
                str(figure(auc, truth, scores)),
                f"{silent:.3f}",
            )
        )
    head = ("suite", "rows", "macro-F1", "accuracy", "recall", "false flags", "AUC", "abstained")
    yield from table("Judged at the published thresholds", head, lines)


def ranked(bench: Bench) -> Iterator[str]:
    lines = []
    for suite in suites.RANKED.values():
        truth, _, scores, _ = columns(bench, suite)
        lines.append(
            (
                suite.name,
                str(len(truth)),
                str(figure(auc, truth, scores)),
                str(figure(average_precision, truth, scores)),
            )
        )
    yield from table("Ranked only (no threshold)", ("suite", "rows", "AUC", "average precision"), lines)


def functionalities(bench: Bench) -> Iterator[str]:
    rows, verdicts = bench.test_rows("hatecheck")
    right: dict[str, list[bool]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        name = suites.functionality(row)
        right[name].append(suites.hate_flag(verdict) == bool(row.labels["hateful"]))
        if name in {suites.COUNTER_QUOTE, suites.COUNTER_REFERENCE}:
            right[f"{name}, no flag of any head but tone"].append(not set(verdict.flags) - {Category.INCIVILITY})
    lines = [
        (
            name,
            str(len(found)),
            str(figure(share, np.array(found, float))),
            "" if np.mean(found) >= 0.6 else "below .60",
        )
        for name, found in sorted(right.items())
    ]
    yield from table("HateCheck by functionality (share right)", ("functionality", "cases", "right", ""), lines)
    groups: dict[str, list[bool]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        group = str(row.orig.get("target_ident") or "")
        if group:
            groups[group].append(suites.hate_flag(verdict) == bool(row.labels["hateful"]))
    lines = [
        (name, str(len(found)), str(figure(share, np.array(found, float)))) for name, found in sorted(groups.items())
    ]
    yield from table("HateCheck by group (share right)", ("group", "cases", "right"), lines)


def multilingual(bench: Bench) -> Iterator[str]:
    rows, verdicts = bench.test_rows("multilingual_hatecheck")
    silent: dict[str, list[bool]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        language = row.id.removeprefix("multilingual_hatecheck:").rsplit("-", 1)[0]
        silent[language].append(verdict.abstained is not None)
    lines = [(name, str(len(found)), f"{np.mean(found):.3f}") for name, found in sorted(silent.items())]
    yield from table("Other languages: share abstained (should be 1)", ("language", "rows", "abstained"), lines)


def benign(bench: Bench) -> Iterator[str]:
    verdicts = bench.benign()
    lines = [
        (head.value, str(len(verdicts)), str(figure(share, np.array([head in v.flags for v in verdicts], float))))
        for head in suites.SERVED
    ]
    silent = Counter(v.abstained.value for v in verdicts if v.abstained)
    yield from table("Benign tweets, reporting rows: share flagged", ("head", "rows", "flagged"), lines)
    counts = ", ".join(f"{name} {count}" for name, count in sorted(silent.items()))
    yield f"\nNot read: {counts or 'none'}. Counted as not flagged above."


def held_rows(bench: Bench, head: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return truth, score and flag of a head on the test splits of the train sets, unread rows left out."""
    truth, scores, flags = [], [], []
    ask = {**labels.HEADS, "threat": labels.threat}[head]
    for path in sorted((SHARED / "data/train").glob("*.jsonl.gz")):
        rows, verdicts = bench.test_rows(path.name.removesuffix(".jsonl.gz"))
        for row, verdict in zip(rows, verdicts, strict=True):
            label, score = ask(row), verdict.scores[Category(head)]
            if label is not None and score is not None:
                truth.append(label == 1)
                scores.append(score)
                flags.append(Category(head) in verdict.flags)
    return np.array(truth, bool), np.array(scores), np.array(flags, bool)


def gates(bench: Bench) -> Iterator[str]:
    lines, errors = [], []
    quiet = bench.benign()
    limits = bench.screener.package.calibration.thresholds
    for head in suites.SERVED:
        truth, scores, flags = held_rows(bench, head.value)
        false_flags = share(np.array([head in v.flags for v in quiet], float))
        recall = figure(share, flags[truth].astype(float))
        row = [head.value, f"{limits[head]:.3f}", str(int(truth.sum())), str(recall), f"{false_flags:.4f}"]
        for prevalence in (0.01, 0.005):
            low, mid, high = (precision_at(prevalence, r, false_flags) for r in (recall.low, recall.value, recall.high))
            row.append(f"{mid:.2f} [{low:.2f}, {high:.2f}]")
        lines.append(tuple(row))
        errors.append(
            (head.value, str(len(truth)), str(figure(ece, truth, scores)), str(figure(shifted_ece, truth, scores)))
        )
    head_line = ("head", "threshold", "positives", "recall", "false flags", "precision at 1 %", "precision at .5 %")
    yield from table("Gates: recall on test splits, false flags on benign tweets", head_line, lines)
    yield from table("Calibration error (ECE)", ("head", "test rows", "as measured", "prior shifted to 1 %"), errors)


def threats(bench: Bench) -> Iterator[str]:
    """Recall of threat at the cut-off that flags 1 % of the benign threshold rows."""
    dev = [row for row in bench.rows(BENIGN_SET) if row.part is Part.DEV and row.share("presumed_benign") == 1]
    scores = sorted(
        (suites.score_of(Category.THREAT)(v) for v in bench.screener.screen([r.text for r in dev])), reverse=True
    )
    cut = scores[int(0.01 * len(scores))]
    lines = []
    truth, given, flags = held_rows(bench, "threat")
    lines.append(
        ("test splits, shipped threshold", str(int(truth.sum())), str(figure(share, flags[truth].astype(float))))
    )
    lines.append(
        ("test splits, 1 % of benign", str(int(truth.sum())), str(figure(share, (given[truth] > cut).astype(float))))
    )
    yield from table("Threats: recall", ("rows", "threats", "recall"), lines)
    yield f"\nThe 1 % cut-off is a score of {cut:.4f}."
    yield "The threat label of the public sets counts incitement and calls for expulsion too; the rules do not."


def own_set(bench: Bench) -> Iterator[str]:
    rows = [row for row in own_rows() if row.part is Part.TEST]
    verdicts = bench.screener.screen([row.text for row in rows])
    found: dict[str, list[Verdict]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        found[row.id.removeprefix("own:").split("-")[0]].append(verdict)
    lines = []
    for name, group in sorted(found.items()):
        cells = [
            str(figure(share, np.array([judge(v) for v in group], float)))
            for judge in (
                suites.flag_of(Category.ABUSE, Category.IDENTITY_ATTACK, Category.THREAT),
                suites.flag_of(Category.THREAT),
                suites.flag_of(Category.INCIVILITY),
            )
        ]
        lines.append((name, str(len(group)), *cells))
    head = ("sentences", "count", "abuse, identity or threat flagged", "threat flagged", "tone flagged")
    yield from table("Our own held-out sentences at office-holders (one writer, small)", head, lines)


def spans(bench: Bench) -> Iterator[str]:
    rows = [row for row in bench.rows("toxic_spans_semeval21") if row.part is Part.TEST]
    texts = [row.text for row in rows]
    marked = bench.screener.marked_words(texts)
    values = np.array(
        [span_f1(row.spans or [], [(s.begin, s.end) for s in m]) for row, m in zip(rows, marked, strict=True)]
    )
    shown = bench.screener.screen(texts)
    in_verdict = np.array(
        [
            span_f1(row.spans or [], [(s.begin, s.end) for s in v.spans if s.category in suites.SPAN_CATEGORIES])
            for row, v in zip(rows, shown, strict=True)
        ]
    )
    lines = [
        ("words marked in every text (the suite's rule)", str(len(rows)), str(figure(share, values))),
        ("as shown in verdicts (flagged texts only)", str(len(rows)), str(figure(share, in_verdict))),
    ]
    yield from table("Toxic spans (SemEval-2021 test): character F1", ("spans", "texts", "F1"), lines)


# Mostly ordinary posts, some political, some toxic; lengths as they come.
MIX = ((BENIGN_SET, 5000), ("goemotions", 3000), ("mupid_political", 1500), ("toxic_spans_typed", 500))
SWAPS = (("muslims", "christians"), ("women", "men"), ("gay", "straight"), ("he", "she"), ("liberals", "conservatives"))


def swaps(bench: Bench) -> Iterator[str]:
    """Own sentences and HateCheck rows with one listed word swapped for its counterpart."""
    pairs = []
    for row in own_rows() + bench.rows("hatecheck"):
        words = row.text.split()
        for one, other in SWAPS:
            if one in words:
                pairs.append((row.text, " ".join(other if word == one else word for word in words)))
    first = bench.screener.screen([a for a, _ in pairs])
    second = bench.screener.screen([" ".join(b.split()) for _, b in pairs])
    same = np.array([a.flags == b.flags for a, b in zip(first, second, strict=True)], float)
    gap = np.array(
        [
            max(abs((a.scores[h] or 0) - (b.scores[h] or 0)) for h in suites.SERVED)
            for a, b in zip(first, second, strict=True)
        ]
    )
    lines = [
        ("no flag changes", str(len(pairs)), str(figure(share, same))),
        ("mean score gap", str(len(pairs)), str(figure(share, gap))),
    ]
    yield from table("Counterfactual swaps of listed words", ("measure", "pairs", "value"), lines)


def speed(bench: Bench) -> Iterator[str]:
    mix = [row.text for name, count in MIX for row in bench.rows(name)[:count]]
    for size in (1, 2):
        bench.screener.screen(mix[: 200 * size])
    seconds = _best(lambda: bench.screener.screen(mix))
    digest = _best(lambda: [hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in mix])
    lines_of_json = [orjson.dumps({"text": text}) for text in mix]
    parse = _best(lambda: [orjson.loads(line) for line in lines_of_json])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        ("posts a second, one core, whole verdicts", f"{len(mix) / seconds:,.0f}"),
        ("characters a post in the mix", f"{np.mean([len(text) for text in mix]):.0f}"),
        (
            "share of the mix flagged",
            f"{share(np.array([bool(v.flags) for v in bench.screener.screen(mix)], float)):.3f}",
        ),
        ("time, as a multiple of one SHA-256 of each post", f"{seconds / digest:.0f}"),
        ("time, as a multiple of orjson parsing each post", f"{seconds / parse:.0f}"),
        ("size of the weights, MB", f"{_weights_size():.2f}"),
        ("peak memory of this whole benchmark, MB", f"{memory:.0f}"),
    ]
    yield from table("Speed and memory (this run's machine; the ratios travel)", ("measure", "value"), lines)


def _weights_size() -> float:
    import evenhand.screening

    folder = Path(str(evenhand.screening.__file__)).parent / "weights"
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def _best(work: Callable[[], object], times: int = 3) -> float:
    """Return the least processor seconds of several runs."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def batches(bench: Bench) -> Iterator[str]:
    texts = [row.text for row in bench.rows("openai_moderation")[:60] + bench.rows("hatecheck")[:440]]
    together = bench.screener.screen(texts)
    alone = [bench.screener.screen([text])[0] for text in texts]
    equal = sum(a == b for a, b in zip(together, alone, strict=True))
    lines = [("verdicts equal alone and in one batch", f"{equal} of {len(texts)}")]
    yield from table("The same post alone and in a batch", ("measure", "value"), lines)


PARTS = (judged, ranked, functionalities, multilingual, benign, gates, threats, own_set, spans, swaps, batches, speed)


def report(bench: Bench) -> str:
    lines = [HEAD, *before(bench.screener.package, SHARED / "data")]
    for part in PARTS:
        lines.extend(part(bench))
    lines.extend(after())
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="every twelfth row: a smoke test, not a card")
    parser.add_argument("--card", type=Path, help="also write what is printed to this file")
    options = parser.parse_args()
    if not (SHARED / "data").is_dir():
        print(f"skipped: no labelled rows in {SHARED / 'data'} (set EVENHAND_SHARED).")
        return
    text = report(Bench(small=options.small))
    print(text, end="")
    if options.card and not options.small:
        options.card.parent.mkdir(parents=True, exist_ok=True)
        options.card.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
