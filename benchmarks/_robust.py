"""What must change nothing: neighbours and padding, 8 bits for float, swapped words, hidden words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

import suites
from _bench import Bench, table
from _measures import figure, share
from attacks import NAMES, attacked
from evenhand.screening import Category, Screener, Verdict
from evenhand.screening.choosing import full_judge
from evenhand.screening.encoder import load_encoder
from evenhand.screening.training.own import own_rows
from evenhand.screening.training.rows import BENIGN_SET
from evenhand.screening.words import strong_words

SWAPS = (
    ("muslims", "christians"), ("muslim", "christian"), ("women", "men"), ("woman", "man"), ("gay", "straight"),
    ("he", "she"), ("black", "white"), ("immigrants", "pensioners"), ("liberals", "conservatives"),
    ("socialists", "nationalists"), ("disabled", "elderly"), ("mother", "father"),
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
HATE_SUITES = ("hatecheck", "hatemojicheck")
EVALUATED = (
    *HATE_SUITES, BENIGN_SET, "mupid_political", "edos", "measuring_hate_speech_sub", "convabuse", "hatemojibuild",
    "wiki_detox_nonfuzzed", "toxic_spans_semeval21", "openai_moderation",
)  # fmt: skip
MOST_OF_A_SET = 4_000
LOUD = "YOU STUPID IDIOT!!! " * 30


def _gap(one: Verdict, other: Verdict) -> float:
    return max(abs((one.scores[c] or 0.0) - (other.scores[c] or 0.0)) for c in Category)


def swaps(bench: Bench) -> Iterator[str]:
    """Own sentences and HateCheck rows with one listed word swapped for its counterpart."""
    pairs = []
    for row in own_rows() + bench.rows("hatecheck"):
        words = row.text.split()
        lowered = [word.lower() for word in words]
        for one, other in SWAPS:
            if one in lowered:
                pairs.append((row.text, " ".join(other if word.lower() == one else word for word in words)))
    pairs = pairs[:: max(1, len(pairs) // 600)]
    first = bench.screener.screen([" ".join(a.split()) for a, _ in pairs])
    second = bench.screener.screen([b for _, b in pairs])
    same = np.array([a.flags == b.flags for a, b in zip(first, second, strict=True)], float)
    gap = np.array([_gap(a, b) for a, b in zip(first, second, strict=True)])
    lines = [
        ("no flag changes", str(len(pairs)), str(figure(share, same))),
        ("mean of the largest score gap", str(len(pairs)), str(figure(share, gap))),
    ]
    yield from table("Counterfactual swaps of listed words", ("measure", "pairs", "value"), lines)


def attacks(bench: Bench, most: int = 400) -> Iterator[str]:
    """Verdicts kept under each attack, on flagged positives; and benign posts flagged under it."""
    positives = _positives(bench, most)
    calm = [row.text for row in bench.test_rows(BENIGN_SET)[0] if row.share("presumed_benign") == 1][::40]
    lines, kept_all = [], []
    for name in NAMES:
        after = bench.screener.screen([attacked(name, text, words) for text, words in positives])
        kept = np.array([suites.flag_of(*suites.HARM)(v) for v in after], float)
        quiet = bench.screener.screen([attacked(name, text, _longest(text)) for text in calm])
        flagged = np.array([Category.ABUSE in v.flags for v in quiet], float)
        kept_all.append(kept.mean())
        lines.append((name, str(len(kept)), str(figure(share, kept)), str(figure(share, flagged))))
    lines.append(("mean of the twelve", "", f"{np.mean(kept_all):.3f}", ""))
    head = ("attack", "flagged before", "still flagged", f"benign flagged for abuse ({len(calm)} rows)")
    yield from table("Hidden words: share of flagged posts that stay flagged", head, lines)


def _positives(bench: Bench, most: int) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return flagged positives of HateCheck and of the span test, with the words that carry the verdict."""
    found = []
    for name in ("hatecheck", "toxic_spans_semeval21"):
        rows, verdicts = bench.test_rows(name)
        mine = []
        for row, verdict in zip(rows, verdicts, strict=True):
            positive = row.labels.get("hateful", row.labels.get("abusive", 0)) >= 0.5
            spelt_out = not suites.functionality(row).startswith("spell_")
            words = row.spans or _strong(row.text)
            if positive and spelt_out and words and suites.flag_of(*suites.HARM)(verdict):
                mine.append((row.text, words))
        found += mine[:: max(1, len(mine) // most)]
    return found


def _strong(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _WORD.finditer(text) if match.group().lower() in strong_words()]


def _longest(text: str) -> list[tuple[int, int]]:
    words = sorted((match.span() for match in _WORD.finditer(text)), key=lambda span: span[0] - span[1])
    return words[:1]


def batches(bench: Bench) -> Iterator[str]:
    """500 rows alone, in twos, in the whole, beside a loud neighbour, on one and two threads."""
    texts = [row.text for row in bench.rows("openai_moderation")[:30] + bench.rows("hatecheck")[:470]]
    alone = [bench.screener.screen([text])[0] for text in texts]
    ways = {
        "all in one call": bench.screener.screen(texts),
        "in twos": [v for at in range(0, len(texts), 2) for v in bench.screener.screen(texts[at : at + 2])],
        "beside a loud neighbour": [bench.screener.screen([LOUD, text])[1] for text in texts[::5]],
        "one thread": Screener(threads=1).screen(texts),
    }
    lines = []
    for name, verdicts in ways.items():
        base = alone[::5] if len(verdicts) < len(alone) else alone
        flags = sum(a.flags == b.flags for a, b in zip(base, verdicts, strict=True))
        gap = max(_gap(a, b) for a, b in zip(base, verdicts, strict=True))
        lines.append((name, f"{flags} of {len(base)}", f"{gap:.4f}"))
    head = ("against the same post alone", "flags equal", "largest score gap")
    yield from table("The same post alone, in batches, padded, and on other threads", head, lines)


def float_weights(bench: Bench, folder: Path | None) -> Iterator[str]:
    """8 bits against float weights, with the same calibration, on posts of every evaluation set."""
    if folder is None or not folder.is_dir():
        yield "\n8 bits against float: skipped, no float export given (--float DIR)."
        return
    exact = Screener()
    package = load_encoder(folder)
    whole = bench.screener.package.calibration
    judge = full_judge(type(package)(package.model, whole), None)
    exact._judge = judge  # the same screener round the other weights
    lines, every = [], []
    for name in EVALUATED:
        rows, mine = bench.test_rows(name)
        step = -(-len(rows) // MOST_OF_A_SET)
        rows, mine = rows[::step], mine[::step]
        other = exact.screen([row.text for row in rows], [row.parent for row in rows])
        same = np.array([a.flags == b.flags for a, b in zip(mine, other, strict=True)], float)
        gaps = np.array([_gap(a, b) for a, b in zip(mine, other, strict=True)])
        every.append(same)
        right = ["", ""]
        if name in HATE_SUITES:
            truth = [bool(row.labels["hateful"]) for row in rows]
            right = [
                f"{np.mean([suites.hate_flag(v) == t for v, t in zip(found, truth, strict=True)]):.4f}"
                for found in (mine, other)
            ]
        lines.append((name, str(len(mine)), f"{same.mean():.4f}", f"{gaps.mean():.4f}", *right))
    together = np.concatenate(every)
    # Four places: three would round what falls short of the mark up to it.
    whole_run = figure(share, together)
    equal = f"{whole_run.value:.4f} [{whole_run.low:.4f}, {whole_run.high:.4f}]"
    lines.append(("all of these", str(len(together)), equal, "", "", ""))
    head = (
        "rows of", "posts", "all flags equal", "mean of the largest score gap", "accuracy, 8 bits", "accuracy, float",
    )  # fmt: skip
    yield from table("8 bits against float weights", head, lines)
