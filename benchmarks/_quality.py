"""How well the detector judges: suites, functionalities, gates, calibration, threats, own posts, spans."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orjson

import suites
from _bench import TRAIN_SETS, Bench, table
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
)
from evenhand.screening import Category, Verdict
from evenhand.screening.training.own import own_rows
from evenhand.screening.training.rows import BENIGN_SET, Part, Row
from evenhand.screening.training.settle import span_f1, truth_of

OWN_SET = Path(__file__).resolve().parent / "own_set"
# Harmless and harmful posts of one writer in one file: held out, and those by which the weights were chosen.
EVERYDAY = ("heldout_everyday", "heldout_members", "everyday_members")


def judged(bench: Bench) -> Iterator[str]:
    lines = []
    for suite in suites.JUDGED.values():
        truth, flags, scores, silent = bench.columns(suite)
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
        truth, _, scores, _ = bench.columns(suite)
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
            right[f"{name}, no harm flagged"].append(not suites.flag_of(*suites.HARM)(verdict))
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
    groups: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for row, verdict in zip(rows, verdicts, strict=True):
        group = str(row.orig.get("target_ident") or "")
        if group:
            groups[group].append((suites.hate_flag(verdict), bool(row.labels["hateful"])))
    lines = []
    for name, found in sorted(groups.items()):
        pairs = np.array(found, bool)
        said, true = pairs[:, 0], pairs[:, 1]
        right_share = figure(share, (said == true).astype(float))
        lines.append((name, str(len(found)), str(right_share), f"{share(said[true]):.3f}", f"{share(said[~true]):.3f}"))
    yield from table("HateCheck by group (share right)", ("group", "cases", "right", "recall", "false flags"), lines)


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
        for head in Category
        if verdicts and any(v.scores[head] is not None for v in verdicts)
    ]
    harm = np.array([suites.flag_of(*suites.HARM)(v) for v in verdicts], float)
    lines.append(("any harm", str(len(verdicts)), str(figure(share, harm))))
    silent = Counter(v.abstained.value for v in verdicts if v.abstained)
    yield from table("Benign tweets, reporting rows: share flagged", ("head", "rows", "flagged"), lines)
    counts = ", ".join(f"{name} {count}" for name, count in sorted(silent.items()))
    yield f"\nNot read: {counts or 'none'}. Counted as not flagged above."


def held_rows(bench: Bench, category: Category) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return truth, score and flag of a head on the test splits of the train sets, unread rows left out."""
    truth, scores, flags = [], [], []
    for name in TRAIN_SETS:
        rows, verdicts = bench.test_rows(name)
        for label, verdict in zip(truth_of(category, rows), verdicts, strict=True):
            score = verdict.scores[category]
            if not np.isnan(label) and score is not None:
                truth.append(label == 1)
                scores.append(score)
                flags.append(category in verdict.flags)
    return np.array(truth, bool), np.array(scores), np.array(flags, bool)


def gates(bench: Bench) -> Iterator[str]:
    lines, errors = [], []
    quiet = bench.benign()
    for head, limit in bench.screener.package.calibration.thresholds.items():
        truth, scores, flags = held_rows(bench, Category(head))
        if not truth.any():
            lines.append((str(head), f"{limit:.3f}", "0", "no test rows", "", "", ""))
            continue
        false_flags = share(np.array([head in v.flags for v in quiet], float))
        recall = figure(share, flags[truth].astype(float))
        row = [str(head), f"{limit:.3f}", str(int(truth.sum())), str(recall), f"{false_flags:.4f}"]
        for prevalence in (0.01, 0.005):
            low, mid, high = (precision_at(prevalence, r, false_flags) for r in (recall.low, recall.value, recall.high))
            row.append(f"{mid:.2f} [{low:.2f}, {high:.2f}]")
        lines.append(tuple(row))
        errors.append(
            (str(head), str(len(truth)), str(figure(ece, truth, scores)), str(figure(shifted_ece, truth, scores)))
        )
    head_line = ("head", "threshold", "positives", "recall", "false flags", "precision at 1 %", "precision at .5 %")
    yield from table("Gates: recall on test splits, false flags on benign tweets", head_line, lines)
    yield "\nThe precision is recomputed from recall, false flags and prevalence (SCREENING §4.2)."
    yield from table("Calibration error (ECE)", ("head", "test rows", "as measured", "prior shifted to 1 %"), errors)


def queue(bench: Bench, first: int = 50, day: int = 5000) -> Iterator[str]:
    """Precision among the first posts of simulated days in which one post in a hundred is abusive."""
    truth, scores, _ = held_rows(bench, Category.ABUSE)
    quiet = np.array([v.scores[Category.ABUSE] or 0.0 for v in bench.benign()])
    draw = np.random.default_rng(11)
    harmful, found = day // 100, []
    for _ in range(300 if truth.any() else 0):
        both = np.concatenate([draw.choice(scores[truth], harmful), draw.choice(quiet, day - harmful)])
        ranked = np.argsort(-both, kind="stable")[:first]
        found.append((ranked < harmful).mean())
    if found:
        value = f"{np.mean(found):.3f} [{np.percentile(found, 2.5):.3f}, {np.percentile(found, 97.5):.3f}]"
        lines = [(f"first {first} of {day} posts, {harmful} of them abusive", value)]
        yield from table("Ranked by abuse: precision among the first of a simulated day", ("queue", "precision"), lines)


def threats(bench: Bench) -> Iterator[str]:
    """Recall of threat at the cut-off that flags 1 % of the benign threshold rows."""
    dev = [row for row in bench.rows(BENIGN_SET) if row.part is Part.DEV and row.share("presumed_benign") == 1]
    scores = sorted(
        (suites.score_of(Category.THREAT)(v) for v in bench.screener.screen([r.text for r in dev])), reverse=True
    )
    cut = scores[int(0.01 * len(scores))]
    truth, given, flags = held_rows(bench, Category.THREAT)
    own = [v for threat, v in _own_posts(bench, "threat") if threat]
    ours = np.array([v.scores[Category.THREAT] or 0.0 for v in own])
    both = np.concatenate([given[truth], ours])
    lines = [
        ("test splits, shipped threshold", str(int(truth.sum())), str(figure(share, flags[truth].astype(float)))),
        ("test splits, 1 % of benign", str(int(truth.sum())), str(figure(share, (given[truth] > cut).astype(float)))),
    ]
    if own:
        hit = np.array([Category.THREAT in v.flags for v in own], float)
        lines += [
            ("own set, shipped threshold", str(len(own)), str(figure(share, hit))),
            ("own set, 1 % of benign", str(len(own)), str(figure(share, (ours > cut).astype(float)))),
            ("both, 1 % of benign", str(len(both)), str(figure(share, (both > cut).astype(float)))),
        ]
    yield from table("Threats: recall", ("rows", "threats", "recall"), lines)
    yield f"\nThe 1 % cut-off is a score of {cut:.4f}."
    yield "The threat label of the public sets counts incitement and calls for expulsion too; the rules do not."


def _own_posts(bench: Bench, label: str) -> list[tuple[bool, Verdict]]:
    """Return the own set's posts on which all annotators agree about a label, with their verdicts."""
    if not (OWN_SET / "posts.jsonl").exists():
        return []
    posts = [orjson.loads(line) for line in (OWN_SET / "posts.jsonl").read_bytes().splitlines()]
    said: dict[str, set[str]] = defaultdict(set)
    for path in sorted(OWN_SET.glob("labels_*.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                said[row["id"]].add(row[label])
    agreed = [post for post in posts if len(said[post["id"]]) == 1]
    verdicts = bench.screener.screen([post["text"] for post in agreed], [post.get("parent") for post in agreed])
    return [("1" in said[post["id"]], v) for post, v in zip(agreed, verdicts, strict=True)]


def kappa() -> Iterator[str]:
    """Agreement of the two annotators of the own set."""
    paths = sorted(OWN_SET.glob("labels_*.csv"))
    if len(paths) < 2:
        yield f"\nThe own set has {len(paths)} annotator so far: no kappa."
        return
    one, other = ({r["id"]: r for r in csv.DictReader(p.open(newline="", encoding="utf-8"))} for p in paths[:2])
    both = sorted(one.keys() & other.keys())
    lines = []
    for label in ("abuse", "threat", "incivility", "frame", "target"):
        a, b = [one[k][label] for k in both], [other[k][label] for k in both]
        same = float(np.mean([x == y for x, y in zip(a, b, strict=True)]))
        first, second = Counter(a), Counter(b)
        chance = sum(first[k] * second[k] for k in first) / len(both) ** 2
        lines.append((label, str(len(both)), f"{same:.3f}", f"{(same - chance) / (1 - chance):.3f}"))
    yield from table("Own set: two annotators", ("label", "posts", "agreement", "kappa"), lines)


def civic(bench: Bench) -> Iterator[str]:
    """The own set of posts at office-holders: written for this, never trained on."""
    yield from kappa()
    lines = []
    for label, judge, score in (
        ("abuse", suites.flag_of(*suites.HARM), suites.score_of(*suites.HARM)),
        ("threat", suites.flag_of(Category.THREAT), suites.score_of(Category.THREAT)),
        ("incivility", suites.flag_of(Category.INCIVILITY), suites.score_of(Category.INCIVILITY)),
    ):
        found = _own_posts(bench, label)
        if not found:
            continue
        truth = np.array([t for t, _ in found], bool)
        flags = np.array([judge(v) for _, v in found], bool)
        scores = np.array([score(v) for _, v in found])
        lines.append(
            (label, str(len(truth)), str(int(truth.sum())), str(figure(macro_f1, truth, flags)),
             f"{share(flags[truth]):.3f}", f"{share(flags[~truth]):.3f}", str(figure(auc, truth, scores)))
        )  # fmt: skip
    head = ("label", "posts", "positive", "macro-F1", "recall", "false flags", "AUC")
    yield from table("Own set: posts at office-holders, rows on which the annotators agree", head, lines)


def own_posts_against(now: Bench, before: Bench) -> Iterator[str]:
    """Our own set and held-out sentences under the model before and this one."""
    threat, tone = Category.THREAT, Category.INCIVILITY
    harm, only_threat, only_tone = suites.flag_of(*suites.HARM), suites.flag_of(threat), suites.flag_of(tone)
    held = [row.text for row in own_rows() if str(row.orig.get("line", "")).startswith("heldout_harsh")]
    lines = []
    for what, label, judge in (
        ("any harm", "abuse", harm),
        ("threat", "threat", only_threat),
        ("tone", "incivility", only_tone),
    ):
        for name, wanted in (("recall", True), ("false flags", False)):
            values = [
                share(np.array([judge(v) for truth, v in _own_posts(bench, label) if truth is wanted], float))
                for bench in (before, now)
            ]
            lines.append((f"own set, {what}, {name}", f"{values[0]:.3f}", f"{values[1]:.3f}"))
        values = [share(np.array([judge(v) for v in b.screener.screen(held)], float)) for b in (before, now)]
        lines.append((f"held-out harsh speech, {what}, flagged", f"{values[0]:.3f}", f"{values[1]:.3f}"))
    everyday = [row for row in own_rows() if row.id.startswith(tuple(f"own:{name}-" for name in EVERYDAY))]
    for kind in sorted({_file_and_kind(row) for row in everyday}):
        texts = [row.text for row in everyday if _file_and_kind(row) == kind]
        values = [share(np.array([harm(v) for v in b.screener.screen(texts)], float)) for b in (before, now)]
        lines.append((f"{kind}, any harm, flagged", f"{values[0]:.3f}", f"{values[1]:.3f}"))
    yield from table("Against the model before, on our own posts", ("rows", "model before", "full"), lines)


def held_out(bench: Bench) -> Iterator[str]:
    rows = [row for row in own_rows() if row.part is Part.TEST]
    verdicts = bench.screener.screen([row.text for row in rows])
    found: dict[str, list[Verdict]] = defaultdict(list)
    written: dict[str, dict[str, bool]] = defaultdict(dict)
    harm = suites.flag_of(*suites.HARM)
    for row, verdict in zip(rows, verdicts, strict=True):
        name, line = _file_and_kind(row), str(row.orig.get("line", row.id))
        found[name].append(verdict)
        written[name][line] = written[name].get(line, False) or harm(verdict)
    lines = []
    for name, group in sorted(found.items()):
        own = written[name].values()
        cells = [
            str(figure(share, np.array([judge(v) for v in group], float)))
            for judge in (
                harm,
                suites.flag_of(Category.THREAT),
                suites.flag_of(Category.INCIVILITY),
            )
        ]
        lines.append((name, str(len(group)), *cells, f"{sum(own)} of {len(own)}"))
    head = ("sentences", "count", "any harm flagged", "threat flagged", "tone flagged", "lines of which one is flagged")
    yield from table("Our own held-out sentences at office-holders", head, lines)
    yield "\nA template's sentences, which differ in names and matters alone, are one line. Four writers: all by one"
    yield "and looked at in an earlier version; `heldout_apart` by one who had seen nothing else, not looked at;"
    yield "`heldout_everyday` and `heldout_members`, posts as citizens and members write them, by two who knew the"
    yield "kinds of the lines that were written beside them, not the lines; printed for each of the weights that were"
    yield "tried. Who wrote `threats_and_reports`, which trains, had seen `heldout_threats`."


def _file_and_kind(row: Row) -> str:
    """Return the file of an own sentence, and of everyday posts which harm they hold."""
    name = row.id.removeprefix("own:").split("-")[0]
    if name not in EVERYDAY:
        return name
    harms = [key for key in ("threat", "doxxing", "pile_on_call") if row.share(key) == 1]
    return f"{name}, {harms[0] if harms else 'none'}"


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
