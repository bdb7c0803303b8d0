"""What goes into each linear map of the tuned network on train rows: what its weights are rounded by."""

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


Products = dict[str, NDArray[np.float64]]


def watched(network: Network, batches: Iterable[Batch]) -> Products:
    """Return per linear map the products of its input's channels, summed over some batches, padding left out."""
    seen: Products = {}
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


def _watch(seen: Products, name: str, here: list[Tensor]) -> Any:
    def watch(_module: Any, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0][here[0]].numpy()
        products = (values.T @ values).astype(np.float64)
        seen[name] = seen[name] + products if name in seen else products

    return watch
