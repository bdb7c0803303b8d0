"""Fine-tuning: one schedule over a stream of examples, resumable at every chunk, logged as a curve."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from evenhand.categories import Category
from evenhand.screening.outputs import CATEGORY_PART, FRAME_PART, OUTPUTS, TARGET_PART
from evenhand.screening.pieces import load_tokenizer
from evenhand.screening.training.examples import Answers, Example, drawn, one_pass
from evenhand.screening.training.feeding import Batch, batches, shuffled
from evenhand.screening.training.layout import LAYERS
from evenhand.screening.training.network import Network, load_pretrained
from evenhand.screening.training.rows import Row
from evenhand.screening.training.targets import categories
from evenhand.screening.wording import MANY, ONE
from evenhand.text import Vocabulary

# Rows drawn at a time: enough that sorting by length leaves little padding, few enough to resume often.
CHUNK: Final = 2048
RATE: Final = 1.2e-4
HEAD_RATE: Final = 5e-4
# Each layer below the top learns so much slower: what is lower is more general.
LAYER_DECAY: Final = 0.88
WARM: Final = 0.06
SEED: Final = 20261121
STATE: Final = "state.pt"
# How much each category counts: those with few labelled rows must not be drowned by the others.
HEAD_WEIGHT: Final[Mapping[Category, float]] = {
    Category.ABUSE: 1.0,
    Category.INSULT: 0.5,
    Category.IDENTITY_ATTACK: 1.2,
    Category.THREAT: 1.2,
    Category.SEXUAL_HARASSMENT: 0.6,
    Category.DEHUMANISATION: 0.5,
    Category.DOXXING: 0.5,
    Category.PILE_ON_CALL: 0.5,
    Category.PROFANITY: 0.3,
    Category.INCIVILITY: 0.8,
}
FRAME_WEIGHT: Final = 0.4
TARGET_WEIGHT: Final = 0.3
SPAN_WEIGHT: Final = 3.0
# What is made small: the loss of a batch, and its parts as plain numbers for the curve.
Loss = Callable[[Network, Batch], tuple[Tensor, dict[str, float]]]
# Words whose mean becomes the vector of the signs for group words.
_GROUP_WORDS: Final = {
    ONE: ["muslim", "woman", "immigrant", "gay", "jewish", "black", "disabled", "christian", "liberal"],
    MANY: ["muslims", "women", "immigrants", "gays", "jews", "blacks", "men", "christians", "liberals"],
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is shown: `samples` in all, or fewer if `minutes` are over; the rate follows what comes first.

    A later leg goes on from weights (`start`, the state of another leg) with its own schedule, whose highest rate is
    `peak` of the full one. `order` names the order of rows; legs of one name see the same.
    """

    samples: int
    minutes: float = 170.0
    threads: int = 2
    start: Path | None = None
    peak: float = 1.0
    dropout: float = 0.1
    order: str = ""

    @property
    def seed(self) -> str:
        """Return what all drawing of this leg starts from."""
        return f"{SEED}/{self.order}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from: rows, the vocabulary that repairs words, and texts that may stand as strange parents.

    `answers` says what a row is to answer: its labels, or what a teacher that never saw the row makes of them.
    `passing` chooses the rows of one pass; `fresh` says which a model that knows the others has yet to learn.
    """

    rows: Sequence[Row]
    words: Vocabulary
    parents: Sequence[str]
    answers: Answers = categories
    passing: Callable[[Sequence[Row], random.Random], list[Row]] = one_pass
    fresh: Callable[[Row], bool] = lambda _row: False


def begun(base: Path, tokenizer: Tokenizer, dropout: float = 0.1) -> Network:
    """Return the network as training begins: pretrained, with vectors for the signs of group words."""
    torch.manual_seed(SEED)
    network = Network(tokenizer.get_vocab_size(), OUTPUTS, dropout)
    load_pretrained(network, base / "model.safetensors")
    weight = network.words.weight.data
    for sign, words in _GROUP_WORDS.items():
        ids = [tokenizer.token_to_id(word) for word in words]
        weight[tokenizer.token_to_id(sign)] = weight[[at for at in ids if at is not None]].mean(0)
    return network


def loss_of(network: Network, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Return the loss of a batch and its parts as plain numbers."""
    heads, spans = network(torch.from_numpy(batch.ids), torch.from_numpy(batch.parts))
    wanted, weight = torch.from_numpy(batch.wanted), torch.from_numpy(batch.weight)
    share = torch.tensor([HEAD_WEIGHT[category] for category in Category])
    known = ~wanted.isnan()
    each = functional.binary_cross_entropy_with_logits(heads[:, CATEGORY_PART], wanted.nan_to_num(), reduction="none")
    category = (each * known * weight * share).sum() / len(wanted)
    frame = labelled(heads[:, FRAME_PART], batch.frame, batch.frame_weight)
    target = labelled(heads[:, TARGET_PART], batch.target, batch.target_weight)
    marked = torch.from_numpy(batch.spans)
    here = ~marked.isnan()
    span = functional.binary_cross_entropy_with_logits(spans, marked.nan_to_num(), reduction="none")
    # A text counts once however long it is.
    each_text = (span * here).sum(1) / here.sum(1).clamp(min=1)
    span = each_text.sum() / len(wanted)
    total = category + FRAME_WEIGHT * frame + TARGET_WEIGHT * target + SPAN_WEIGHT * span
    parts = {"categories": category, "frame": frame, "target": target, "spans": span}
    return total, {name: float(value.detach()) for name, value in parts.items()}


def labelled(scores: Tensor, given: Any, weight: Any) -> Tensor:
    """Return the loss of one choice among several, over the rows where it is known."""
    each = functional.cross_entropy(scores, torch.from_numpy(given), reduction="none")
    return (each * torch.from_numpy(weight)).sum() / len(given)


def _optimiser(network: Network) -> torch.optim.Optimizer:
    groups: list[dict[str, Any]] = []
    for name, value in network.named_parameters():
        if not value.requires_grad:
            continue
        parts = name.split(".")
        if parts[0] in {"pool", "heads", "span"}:
            rate = HEAD_RATE
        else:
            depth = LAYERS - 1 - int(parts[1]) if parts[0] == "layers" else LAYERS
            rate = RATE * LAYER_DECAY**depth
        decay = 0.01 if value.dim() > 1 else 0.0
        groups.append({"params": [value], "lr": rate, "weight_decay": decay, "top": rate})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def _factor(progress: float) -> float:
    """Return the share of the full rate: a short rise, then half a cosine down to 2 %."""
    if progress < WARM:
        return progress / WARM + 0.01
    return 0.02 + 0.98 * 0.5 * (1 + float(np.cos(np.pi * min(1.0, (progress - WARM) / (1 - WARM)))))


def _stream(material: Material, seed: str) -> Iterator[tuple[int, list[Row]]]:
    """Yield numbered chunks of rows for ever: pass after pass, the same ones each time."""
    number = 0
    for passed in range(1_000_000):
        shown = material.passing(material.rows, random.Random(f"{seed}/{passed}"))
        for start in range(0, len(shown), CHUNK):
            yield number, shown[start : start + CHUNK]
            number += 1


def tune(
    base: Path,
    material: Material,
    plan: Plan,
    out: Path,
    *,
    say: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
    loss: Loss | None = None,
) -> Network:
    """Return the tuned network; `out` keeps the state after each chunk, so that a stopped run goes on.

    `base` holds the pretrained weights and their tokeniser; `clock` counts seconds; `loss` is what is made small
    (None: `loss_of`). Writes out/curve.csv.
    Cost: about 20 ms a sample on one core.
    """
    torch.set_num_threads(plan.threads)
    tokenizer = load_tokenizer(base / "tokenizer.json")
    network = begun(base, tokenizer, plan.dropout)
    optimiser = _optimiser(network)
    if plan.start is not None:
        network.load_state_dict(torch.load(plan.start, weights_only=True)["network"])
    state = out / STATE
    done, shown, spent = _resumed(state, network, optimiser)
    if done:
        say(f"going on after {shown} samples")
    out.mkdir(parents=True, exist_ok=True)
    for number, rows in islice(_stream(material, plan.seed), done, None):
        progress = max(shown / plan.samples, spent / 60 / plan.minutes)
        if progress >= 1:
            break
        began = clock()
        draw = random.Random(f"{plan.seed}/chunk/{number}")
        torch.manual_seed(SEED + number)
        ready = batches(tokenizer, [_shown(row, material, draw) for row in rows])
        sums: dict[str, float] = {}
        for step, batch in enumerate(shuffled(ready, draw)):
            inside = step / len(ready) * CHUNK
            at = max((shown + inside) / plan.samples, (spent + clock() - began) / 60 / plan.minutes)
            rate = plan.peak * _factor(at)
            for name, value in _step(network, optimiser, batch, rate, loss or loss_of).items():
                sums[name] = sums.get(name, 0.0) + value / len(ready)
        shown, spent = shown + len(rows), spent + clock() - began
        _log(out / "curve.csv", {"samples": shown, "seconds": round(spent, 1), "rate": round(rate, 4), **sums})
        say(f"{shown} of {plan.samples} samples, {len(rows) / (clock() - began):.1f} a second, {sums}")
        _keep(state, network, optimiser, {"done": number + 1, "shown": shown, "spent": spent})
    return network


def _resumed(state: Path, network: Network, optimiser: torch.optim.Optimizer) -> tuple[int, int, float]:
    """Return chunks and samples shown and seconds spent before; what was learnt then is taken up."""
    if not state.exists():
        return 0, 0, 0.0
    kept = torch.load(state, weights_only=True)
    network.load_state_dict(kept["network"])
    optimiser.load_state_dict(kept["optimiser"])
    return kept["done"], kept["shown"], kept["spent"]


def _shown(row: Row, material: Material, draw: random.Random) -> Example:
    one = drawn(row, material.words, material.parents, draw, material.answers)
    return replace(one, fresh=material.fresh(row))


def _step(
    network: Network, optimiser: torch.optim.Optimizer, batch: Batch, factor: float, loss_: Loss
) -> dict[str, float]:
    network.train()
    for group in optimiser.param_groups:
        group["lr"] = group["top"] * factor
    loss, parts = loss_(network, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return parts


def _keep(state: Path, network: Network, optimiser: torch.optim.Optimizer, at: Mapping[str, float]) -> None:
    """Write the state beside the old one, then put it in its place: a kill leaves one or the other."""
    fresh = state.with_suffix(".new")
    kept = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
    torch.save({**kept, **at}, fresh)
    fresh.replace(state)


def _log(path: Path, line: Mapping[str, float]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as handle:
        writer = csv.DictWriter(handle, list(line))
        if is_new:
            writer.writeheader()
        writer.writerow({name: round(value, 5) for name, value in line.items()})
