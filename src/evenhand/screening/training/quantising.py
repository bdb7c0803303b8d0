"""The input range of each linear map of the tuned network, seen on train rows: what fixes the 8-bit scales."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evenhand.screening.training.feeding import Batch
from evenhand.screening.training.layout import LAYERS
from evenhand.screening.training.network import Network

PARTS: Final = ("query", "mix", "inner", "outer")
Seen = dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]


def ranges(network: Network, batches: Iterable[Batch]) -> Seen:
    """Return per linear map the lowest and the highest input of each channel over some batches, padding left out."""
    seen: Seen = {}
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


def _watch(seen: Seen, name: str, here: list[Tensor]) -> Any:
    def watch(_module: Any, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0][here[0]].numpy()
        low, high = values.min(axis=0), values.max(axis=0)
        if name in seen:
            low, high = np.minimum(low, seen[name][0]), np.maximum(high, seen[name][1])
        seen[name] = low, high

    return watch
