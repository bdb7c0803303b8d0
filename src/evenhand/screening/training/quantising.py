"""What goes into each linear map of the tuned network on train rows: what fixes its eight bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from evenhand.screening.training.feeding import Batch
from evenhand.screening.training.layout import LAYERS
from evenhand.screening.training.network import Network
from evenhand.screening.training.rounding import Seen

PARTS: Final = ("query", "mix", "inner", "outer")


def watched(network: Network, batches: Iterable[Batch]) -> dict[str, Seen]:
    """Return per linear map what its input looked like over some batches, padding left out."""
    seen: dict[str, Seen] = {}
    handles = []
    here: list[Tensor] = []
    for layer in range(LAYERS):
        for part in PARTS:
            module = getattr(network.layers[layer], part)
            handles.append(module.register_forward_pre_hook(_watch(seen, f"layers.{layer}.{part}", here)))
    network.eval()
    with torch.no_grad():
        for batch in batches:
            ids = torch.from_numpy(batch.ids)
            here[:] = [ids != 0]
            network(ids, torch.from_numpy(batch.parts))
    for handle in handles:
        handle.remove()
    return seen


def _watch(seen: dict[str, Seen], name: str, here: list[Tensor]) -> Any:
    def watch(_module: Any, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0][here[0]].numpy()
        low, high = values.min(axis=0), values.max(axis=0)
        products = (values.T @ values).astype(np.float64)
        if name in seen:
            low, high = np.minimum(low, seen[name].low), np.maximum(high, seen[name].high)
            products += seen[name].products
        seen[name] = Seen(low, high, products)

    return watch
