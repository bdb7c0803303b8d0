"""New lines for the model that is there: it learns them, and says of all else what it said before.

A copy of it that stands still answers every post beside it, disguised and dressed as it is shown; only the new lines
are answered by their labels. So a few hundred lines can be learnt in half an hour without what a short leg on them
alone does to everything else (learning without forgetting, Li & Hoiem 2016).
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from evenhand.categories import Category
from evenhand.errors import UsageError
from evenhand.screening.model import Package
from evenhand.screening.outputs import CATEGORY_PART, FRAME_PART, TARGET_PART
from evenhand.screening.pieces import load_tokenizer
from evenhand.screening.training.examples import one_pass
from evenhand.screening.training.feeding import Batch
from evenhand.screening.training.full import Say, material_of, packed, pretrained
from evenhand.screening.training.network import Network
from evenhand.screening.training.rows import Part, Row
from evenhand.screening.training.teaching import between, floated
from evenhand.screening.training.trainer import gather
from evenhand.screening.training.tuning import (
    FRAME_WEIGHT,
    HEAD_WEIGHT,
    TARGET_WEIGHT,
    Loss,
    Plan,
    begun,
    labelled,
    tune,
)

# What the leg begins with, and its folder.
START: Final = "start.pt"
LEG: Final = "further"
# Its highest rate as a share of a first leg's.
PEAK: Final = 0.6
DROPOUT: Final = 0.05
# How often a new line is shown in one pass; a template of {group} as often in all.
SHOWN: Final = 9.0
# How much of a known row's answer is the standing copy's; the rest is its label.
KEPT: Final = 0.8
# How sure a label of a new line is: 1 is never quite 1.
SURE: Final = 0.98
# How much an answer counts that nobody labelled.
UNLABELLED: Final = 0.5
SPAN_GAP: Final = 0.1
# How much of the way to what was learnt is taken: most of what the other half holds is the new lines, learnt by heart.
SHARE: Final = 0.5


def learn_lines(
    data: Path,
    out: Path,
    names: Collection[str],
    plan: Plan,
    *,
    gate: Package,
    say: Say,
    share: float = SHARE,
    base: Path | None = None,
) -> list[str]:
    """Write the shipped model, having learnt the own files `names`, into out/encoder; return a short card.

    `share`: how much of the way from the shipped weights to those learnt is taken. The gate stays as it is. The state
    is kept in out/further: a stopped training goes on where it was. Cost: 15 to 25 ms a sample on one core, then as
    long as settling takes (a few minutes). Raises UsageError for a file that is not there.
    """
    base = base or pretrained()
    found = gather(data)
    fresh = is_of(names, found.rows)
    start = out / START
    if not start.exists():
        out.mkdir(parents=True, exist_ok=True)
        torch.save({"network": shipped_weights(base)}, start)
    known = torch.load(start, weights_only=True)["network"]
    material = replace(material_of(found, gate), fresh=fresh, passing=passes(fresh, plan.samples))
    leg = replace(plan, start=start, peak=PEAK, dropout=DROPOUT, order=LEG)
    standing = begun(base, load_tokenizer(base / "tokenizer.json"), 0.0)
    standing.load_state_dict(known)
    network = tune(base, material, leg, out / LEG, say=say, loss=beside(standing))
    learnt = {name: value.numpy() for name, value in network.state_dict().items()}
    mixed = between({name: value.numpy() for name, value in known.items()}, learnt, share)
    network.load_state_dict({name: torch.from_numpy(value) for name, value in mixed.items()})
    return packed(network, base, gate, found, out, say=say)


def is_of(names: Collection[str], rows: Sequence[Row]) -> Callable[[Row], bool]:
    """Return whether a row is a line of one of the own files. Raises UsageError for a file that trains nothing."""
    there = {_file(row) for row in rows if row.part is Part.TRAIN}
    if unknown := sorted(set(names) - there):
        raise UsageError(
            f"own_text has no file {unknown[0]!r} that trains.", mend="Name it as it is called, without its ending."
        )
    return lambda row: row.dataset == "own" and _file(row) in names


def _file(row: Row) -> str:
    return str(row.orig.get("line", "")).rpartition("-")[0]


def shipped_weights(base: Path) -> dict[str, Tensor]:
    """Return the weights of the shipped model in float."""
    network = begun(base, load_tokenizer(base / "tokenizer.json"), 0.0)
    like = {name: value.numpy() for name, value in network.state_dict().items()}
    with as_file(files("evenhand.screening") / "weights" / "encoder") as folder:
        return {name: torch.from_numpy(value) for name, value in floated(folder, like).items()}


def passes(fresh: Callable[[Row], bool], samples: int) -> Callable[[Sequence[Row], random.Random], list[Row]]:
    """Return what is shown in one pass of `samples`: each new line SHOWN times, among as many known rows as fit."""

    def one(rows: Sequence[Row], draw: random.Random) -> list[Row]:
        new = [row for row in rows if fresh(row) and row.part is Part.TRAIN]
        written_out: dict[str, int] = {}
        for row in new:
            written_out[row.orig["line"]] = written_out.get(row.orig["line"], 0) + 1
        shown: list[Row] = []
        for row in new:
            times = SHOWN / written_out[row.orig["line"]]
            shown += [row] * (int(times) + (draw.random() < times % 1))
        known = one_pass([row for row in rows if not fresh(row)], draw)
        shown += known[: max(0, samples - len(shown))]
        draw.shuffle(shown)
        return shown

    return one


def beside(standing: Network) -> Loss:
    """Return the loss of a network beside a copy that stands still: of new lines by their labels, else by its answers.

    A known row's answer is four fifths the copy's and one fifth its label; where nobody labelled, the copy's alone.
    """
    still = copy.deepcopy(standing).eval()
    for parameter in still.parameters():
        parameter.requires_grad_(False)
    head_weight = torch.tensor([HEAD_WEIGHT[category] for category in Category])

    def loss(network: Network, batch: Batch) -> tuple[Tensor, dict[str, float]]:
        ids, parts = torch.from_numpy(batch.ids), torch.from_numpy(batch.parts)
        heads, spans = network(ids, parts)
        with torch.no_grad():
            known_heads, known_spans = still(ids, parts)
        fresh = torch.from_numpy(batch.fresh)
        wanted, weight = torch.from_numpy(batch.wanted), torch.from_numpy(batch.weight)
        wanted, weight = answers(wanted, weight, known_heads[:, CATEGORY_PART].sigmoid(), fresh)
        each = functional.binary_cross_entropy_with_logits(heads[:, CATEGORY_PART], wanted, reduction="none")
        category = (each * weight * head_weight).sum() / len(wanted)
        frame = labelled(heads[:, FRAME_PART], batch.frame, batch.frame_weight)
        target = labelled(heads[:, TARGET_PART], batch.target, batch.target_weight)
        here = (ids != 0).float()
        gap = ((spans - known_spans) ** 2 * here).sum(1) / here.sum(1)
        span = (gap * ~fresh).mean()
        total = category + FRAME_WEIGHT * frame + TARGET_WEIGHT * target + SPAN_GAP * span
        each_part = {"categories": category, "frame": frame, "target": target, "spans": span}
        return total, {name: float(value.detach()) for name, value in each_part.items()}

    return loss


def answers(wanted: Tensor, weight: Tensor, kept: Tensor, fresh: Tensor) -> tuple[Tensor, Tensor]:
    """Return what each row is to answer per category, and how much that counts.

    wanted: labels, nan where unknown; kept: the copy's answers; weight: of the labels; all [rows, categories].
    fresh: [rows], whether a row is a new line.
    """
    labels = wanted.nan_to_num()
    sure = SURE * labels + (1 - SURE) / 2
    mixed = torch.where(fresh[:, None], sure, (1 - KEPT) * labels + KEPT * kept)
    is_known = ~wanted.isnan()
    return torch.where(is_known, mixed, kept), torch.where(is_known, weight, torch.full_like(weight, UNLABELLED))
