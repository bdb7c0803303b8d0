"""The arms that benchmarks/folds.py trains, and the figures of each on dev rows."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from _bench import SHARED, SMALL_STEP, table
from _measures import auc, share
from evenhand.categories import Category
from evenhand.screening.model import shipped
from evenhand.screening.outputs import CATEGORIES, CATEGORY_PART
from evenhand.screening.pieces import load_tokenizer, padded, pieces, windows
from evenhand.screening.training.disguise import some_disguised
from evenhand.screening.training.examples import one_pass, wording
from evenhand.screening.training.full import PARENT_STEP, pretrained
from evenhand.screening.training.network import Network
from evenhand.screening.training.rows import Part, Row, digest_number
from evenhand.screening.training.settle import HARSH_FILES
from evenhand.screening.training.targets import categories
from evenhand.screening.training.teaching import Said, taught
from evenhand.screening.training.trainer import gather
from evenhand.screening.training.tuning import Material, Plan, tune
from evenhand.screening.views import vocabulary

HEADS = (Category.ABUSE, Category.INSULT, Category.IDENTITY_ATTACK, Category.THREAT, Category.SEXUAL_HARASSMENT)
DEV_ROWS, BENIGN_ROWS = 300, 3000
SHOWN = 32
HALF = 0.5  # of each answer is the teacher's
Scores = np.ndarray


@dataclass(frozen=True, slots=True)
class Course:
    """What all arms share."""

    base: Path
    tokenizer: Tokenizer
    material: Material
    plan: Plan
    out: Path

    def taught(self, name: str, material: Material, plan: Plan | None = None) -> Network:
        network = tune(self.base, material, plan or self.plan, self.out / name, say=lambda line: print(name, line))
        return network.eval()

    def said(self, network: Network, rows: Sequence[Row]) -> Scores:
        """Return the raw score of each category for the first window of each row: [rows, categories]."""
        found = pieces(self.tokenizer, [wording(row.text, self.material.words).text for row in rows])
        given = [windows(at, one.ids, ())[0] for at, one in enumerate(found)]
        out = np.zeros((len(rows), len(CATEGORIES)))
        order = sorted(range(len(rows)), key=lambda at: given[at].size)
        with torch.no_grad():
            for start in range(0, len(order), SHOWN):
                chosen = order[start : start + SHOWN]
                ids, parts = padded([given[at] for at in chosen])
                heads, _ = network(torch.from_numpy(ids), torch.from_numpy(parts))
                out[chosen] = heads[:, CATEGORY_PART].numpy()
        return out


def key(row: Row) -> tuple[str, str]:
    return row.dataset, row.id


def fold(row: Row) -> int:
    """Return the half a row belongs to; all sentences of one template belong to one."""
    text = str(row.orig.get("line") or row.orig.get("template") or row.text)
    return digest_number(text) // 100 % 2


def distilled(course: Course) -> Said:
    """Return per row that will be shown what the teacher that never saw it says: a probability per category."""
    rows = course.material.rows
    half = Plan(course.plan.samples // 2, threads=course.plan.threads)
    shown = {key(row): row for row in one_pass(rows, random.Random(f"{course.plan.seed}/0"))[: course.plan.samples]}
    answers: Said = {}
    for number in (0, 1):
        seen = [row for row in rows if fold(row) == number]
        network = course.taught(
            f"teacher-{number}", Material(seen, course.material.words, course.material.parents), half
        )
        unseen = [row for row in shown.values() if fold(row) != number]
        said = 1 / (1 + np.exp(-course.said(network, unseen)))
        answers |= {key(row): line for row, line in zip(unseen, said, strict=True)}
    return answers


def arms(course: Course) -> Iterator[tuple[str, Network]]:
    rows, words, parents = course.material.rows, course.material.words, course.material.parents
    yield "as the recipe", course.taught("plain", course.material)
    others = [row for row in rows if row.dataset != "own"]
    yield "without our own sentences", course.taught("others", Material(others, words, parents))
    answers = distilled(course)
    for name, folder, fills in (("taught by folds", "folds", False), ("and where nobody labelled", "filled", True)):
        learnt = Material(rows, words, parents, taught(answers, HALF, fills=fills))
        yield name, course.taught(folder, learnt)


def dev_rows(rows: Sequence[Row]) -> list[Row]:
    """Return at most DEV_ROWS dev rows of each set, chosen by their text, and all of our own; some hide words."""
    by_set: dict[str, list[Row]] = {}
    for row in sorted((row for row in rows if row.part is Part.DEV), key=lambda row: digest_number(row.text)):
        by_set.setdefault(row.dataset, []).append(row)
    return some_disguised([row for name in by_set for row in by_set[name][: None if name == "own" else DEV_ROWS]])


def _file(row: Row) -> str:
    return str(row.orig.get("line", "")).rpartition("-")[0]


def figures(course: Course, network: Network, dev: Sequence[Row], benign: Sequence[Row]) -> tuple[str, ...]:
    """Return per head AUC and the share found where 1 % of the benign rows are flagged; then harsh speech flagged."""
    scores, quiet = course.said(network, dev), course.said(network, benign)
    truth = np.asarray([categories(row) for row in dev])
    harsh = np.asarray([_file(row) in HARSH_FILES and row.share("abusive") == 0 for row in dev])
    out = []
    for head in HEADS:
        column = CATEGORIES.index(head)
        limit = np.sort(quiet[:, column])[::-1][int(0.01 * len(quiet))]
        for use in ([row.dataset != "own" for row in dev], [row.dataset == "own" for row in dev]):
            known = np.asarray(use) & ~np.isnan(truth[:, column])
            right = truth[known, column] >= 0.5
            out.append(f"{auc(right, scores[known, column]):.3f} / {share(scores[known, column][right] > limit):.3f}")
        if head is Category.ABUSE:
            spared = share(scores[harsh, column] > limit)
    return (*out, f"{spared:.3f}")


def run(out: Path, samples: int, threads: int, *, small: bool) -> None:
    """Train all arms, or go on with them, and print the table."""
    step = SMALL_STEP if small else 1
    found, base, words = gather(SHARED / "data"), pretrained(), vocabulary(shipped().model)
    rows = found.rows[::step]
    parents = [row.text for row in rows if row.part is Part.TRAIN][::PARENT_STEP]
    plan = Plan(samples, minutes=600, threads=threads)
    course = Course(base, load_tokenizer(base / "tokenizer.json"), Material(rows, words, parents), plan, out)
    dev, benign = dev_rows(rows), some_disguised(found.benign[::step][:BENIGN_ROWS])
    lines = [(name, *figures(course, network, dev, benign)) for name, network in arms(course)]
    heads = [f"{head.value}, {part}" for head in HEADS for part in ("public", "own")]
    print("\n".join(table(f"{samples:,} samples each: AUC / found where 1 % of benign rows are flagged, dev rows",
                          ("arm", *heads, "own harsh dev lines flagged for abuse"), lines)))  # fmt: skip
