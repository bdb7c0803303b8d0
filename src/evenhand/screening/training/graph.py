"""The tuned network as one ONNX graph with 8-bit weights and fixed activation scales (static quantisation).

Scales are fixed beforehand or belong to one token, so a row's result does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from evenhand.screening.training.layout import HEADS, LAYERS, WIDTH
from evenhand.screening.training.rounding import Rounded

Array = NDArray[Any]
State = Mapping[str, NDArray[np.float32]]
# Each linear map in whole numbers; None builds a float graph.
Maps = Mapping[str, Rounded]

OPSET: Final = 20
# Maps whose input is as loud as its loudest token: there each token is measured by its own loudest channel.
BY_TOKEN: Final = frozenset({"mix", "inner", "outer"})
QUIETEST: Final = 1e-6


@dataclass(slots=True)
class _Graph:
    """Nodes and constants as they are added."""

    state: State
    maps: Maps | None
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def constant(self, name: str, value: Array | np.generic) -> str:
        """Add a constant once and return its name."""
        if name not in self.names:
            self.names.add(name)
            self.constants.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Add a node and return the name of its one output."""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """Add x @ weight.T + bias, in 8 bits where the input's range is known."""
        if self.maps is None or name not in self.maps:
            at = self.constant(f"{name}.weight", weight.T)
            product = self.node("MatMul", [x, at], f"{name}.product")
        else:
            product = self._quantised(x, name, self.maps[name])
        return self.node("Add", [product, self.constant(f"{name}.bias", bias)], f"{name}.out")

    def _quantised(self, x: str, name: str, own: Rounded) -> str:
        even = self.node("Mul", [x, self.constant(f"{name}.even", 1 / own.smooth)], f"{name}.evened")
        if name.rsplit(".", 1)[-1] not in BY_TOKEN:
            return self._product(even, name, own, *activation_scale(own.low, own.high))
        size = self.node("Abs", [even], f"{name}.size")
        axes = self.constant("last.axis", np.asarray([-1], np.int64))
        most = self.node("ReduceMax", [size, axes], f"{name}.most", keepdims=1)
        loud = self.node("Max", [most, self.constant("quietest", np.float32(QUIETEST))], f"{name}.loud")
        shares = self.node("Div", [even, loud], f"{name}.by.token")
        product = self._product(shares, name, own, 1 / 127, 128)
        return self.node("Mul", [product, loud], f"{name}.loud.again")

    def _product(self, x: str, name: str, own: Rounded, scale: float, zero: int) -> str:
        inputs = [
            self.constant(f"{name}.scale", np.float32(scale)), self.constant(f"{name}.zero", np.uint8(zero)),
        ]  # fmt: skip
        in_whole = self.node("QuantizeLinear", [x, *inputs], f"{name}.rounded")
        back = self.node("DequantizeLinear", [in_whole, *inputs], f"{name}.back")
        fixed = [
            self.constant(f"{name}.whole", own.whole.T), self.constant(f"{name}.scales", own.scales),
            self.constant(f"{name}.zeros", np.zeros(len(own.scales), np.int8)),
        ]  # fmt: skip
        plain = self.node("DequantizeLinear", fixed, f"{name}.plain", axis=1)
        return self.node("MatMul", [back, plain], f"{name}.product")

    def norm(self, x: str, name: str) -> str:
        """Add a layer normalisation."""
        ends = [self.constant(f"{name}.{end}", self.state[f"{name}.{end}"]) for end in ("weight", "bias")]
        return self.node("LayerNormalization", [x, *ends], f"{name}.out", axis=-1, epsilon=1e-12)


def activation_scale(low: float, high: float) -> tuple[float, int]:
    """Return scale and zero point that spread 256 steps over a range, which is widened to hold 0."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / 255 or 1.0
    return scale, round(-low / scale)


def build(state: State, maps: Maps | None) -> onnx.ModelProto:
    """Return the graph. Inputs `ids` and `parts` [rows, tokens]; outputs `heads` and `spans`."""
    graph = _Graph(state, maps)
    here, own, mask = _masks(graph)
    x = _embedded(graph)
    for layer in range(LAYERS):
        x = _layer(graph, f"layers.{layer}", x, mask)
    _ends(graph, x, here, own)
    shape = ["rows", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "parts")]
    outputs = [
        helper.make_tensor_value_info("heads", TensorProto.FLOAT, ["rows", len(state["heads.bias"])]),
        helper.make_tensor_value_info("spans", TensorProto.FLOAT, shape),
    ]
    body = helper.make_graph(graph.nodes, "evenhand", inputs, outputs, graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="evenhand")
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model


def _masks(graph: _Graph) -> tuple[str, str, str]:
    """Return what is no padding, what is the post's own (no padding, no parent), and the attention mask."""
    zero = graph.constant("zero", np.int64(0))
    padding = graph.node("Equal", ["ids", zero], "padding")
    no = graph.node("Not", [padding], "not.padding")
    here = graph.node("Cast", [no], "here", to=TensorProto.FLOAT)
    is_own = graph.node("Equal", ["parts", zero], "is.own")
    both = graph.node("And", [no, is_own], "own.here")
    own = graph.node("Cast", [both], "own", to=TensorProto.FLOAT)
    far = graph.node(
        "Where", [padding, graph.constant("far", np.float32(-1e4)), graph.constant("near", np.float32(0))], "far.mask"
    )
    axes = graph.constant("axes12", np.asarray([1, 2], np.int64))
    return here, own, graph.node("Unsqueeze", [far, axes], "mask")


def _embedded(graph: _Graph) -> str:
    state = graph.state
    if graph.maps is None:
        words = graph.node("Gather", [graph.constant("words", state["words.weight"]), "ids"], "word.vectors")
    else:
        table, scales = byte_rows(state["words.weight"])
        whole = graph.node("Gather", [graph.constant("words", table), "ids"], "word.whole")
        as_float = graph.node("Cast", [whole], "word.float", to=TensorProto.FLOAT)
        scale = graph.node("Gather", [graph.constant("word.scales", scales[:, None]), "ids"], "word.scale")
        words = graph.node("Mul", [as_float, scale], "word.vectors")
    parts = graph.node("Gather", [graph.constant("part.table", state["parts.weight"]), "parts"], "part.vectors")
    shape = graph.node("Shape", ["ids"], "shape", start=1, end=2)
    starts, axes = (
        graph.constant("start", np.asarray([0], np.int64)),
        graph.constant("axis0", np.asarray([0], np.int64)),
    )
    places = graph.node(
        "Slice", [graph.constant("places", state["places.weight"]), starts, shape, axes], "place.vectors"
    )
    total = graph.node("Add", [graph.node("Add", [words, parts], "words.parts"), places], "embedded")
    return graph.norm(total, "norm")


def byte_rows(table: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a table of vectors as bytes with one scale per row."""
    scales = np.maximum(np.abs(table).max(axis=1), 1e-8) / 127
    return np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _layer(graph: _Graph, name: str, x: str, mask: str) -> str:
    state = graph.state
    parts = ("query", "key", "value")
    weight = np.concatenate([state[f"{name}.{part}.weight"] for part in parts])
    bias = np.concatenate([state[f"{name}.{part}.bias"] for part in parts])
    three = graph.linear(x, f"{name}.query", weight, bias)
    split = helper.make_node(
        "Split", [three], [f"{name}.{p}.flat" for p in parts], name=f"{name}.split", axis=2, num_outputs=3
    )
    graph.nodes.append(split)
    shape = graph.constant("by.head", np.asarray([0, 0, HEADS, WIDTH // HEADS], np.int64))
    turned = []
    for part, order in zip(parts, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True):
        wide = graph.node("Reshape", [f"{name}.{part}.flat", shape], f"{name}.{part}.wide")
        turned.append(graph.node("Transpose", [wide], f"{name}.{part}.turned", perm=order))
    scores = graph.node("MatMul", turned[:2], f"{name}.scores")
    scale = graph.constant("scale", np.float32((WIDTH // HEADS) ** -0.5))
    scaled = graph.node("Mul", [scores, scale], f"{name}.scaled")
    masked = graph.node("Add", [scaled, mask], f"{name}.masked")
    shares = graph.node("Softmax", [masked], f"{name}.shares", axis=-1)
    seen = graph.node("MatMul", [shares, turned[2]], f"{name}.seen")
    back = graph.node("Transpose", [seen], f"{name}.seen.turned", perm=[0, 2, 1, 3])
    flat = graph.node(
        "Reshape", [back, graph.constant("flat", np.asarray([0, 0, WIDTH], np.int64))], f"{name}.seen.flat"
    )
    mixed = graph.linear(flat, f"{name}.mix", state[f"{name}.mix.weight"], state[f"{name}.mix.bias"])
    x = graph.norm(graph.node("Add", [x, mixed], f"{name}.mix.sum"), f"{name}.mix_norm")
    inner = graph.linear(x, f"{name}.inner", state[f"{name}.inner.weight"], state[f"{name}.inner.bias"])
    bent = graph.node("Gelu", [inner], f"{name}.bent")
    outer = graph.linear(bent, f"{name}.outer", state[f"{name}.outer.weight"], state[f"{name}.outer.bias"])
    return graph.norm(graph.node("Add", [x, outer], f"{name}.outer.sum"), f"{name}.outer_norm")


def _ends(graph: _Graph, x: str, here: str, own: str) -> None:
    """Add pooling over the post's own tokens, the heads, and one number per token. These stay float: they are small."""
    del here
    state = graph.state
    axis = graph.constant("axis1", np.asarray([1], np.int64))
    last = graph.constant("axis2", np.asarray([2], np.int64))
    share = graph.node("Unsqueeze", [own, last], "own.share")
    total = graph.node("ReduceSum", [graph.node("Mul", [x, share], "own.x"), axis], "own.sum", keepdims=0)
    count = graph.node("ReduceSum", [own, axis], "own.count", keepdims=1)
    mean = graph.node("Div", [total, count], "mean")
    first = graph.node("Gather", [x, graph.constant("zero", np.int64(0))], "first", axis=1)
    both = graph.node("Concat", [mean, first], "both", axis=1)
    pool = graph.node(
        "Gemm",
        [both, graph.constant("pool.weight", state["pool.weight"]), graph.constant("pool.bias", state["pool.bias"])],
        "pooled",
        transB=1,
    )
    bent = graph.node("Gelu", [pool], "pooled.bent")
    graph.node(
        "Gemm",
        [
            bent,
            graph.constant("heads.weight", state["heads.weight"]),
            graph.constant("heads.bias", state["heads.bias"]),
        ],
        "heads",
        transB=1,
    )
    dots = graph.node("MatMul", [x, graph.constant("span.weight", state["span.weight"][0])], "span.dots")
    graph.node("Add", [dots, graph.constant("span.bias", state["span.bias"])], "spans")


def mapped(state: State, name: str) -> NDArray[np.float32]:
    """Return the weights [out, in] of a linear map by its name; query, key and value are one map."""
    layer, part = name.rsplit(".", 1)
    parts = ("query", "key", "value") if part == "query" else (part,)
    return np.concatenate([state[f"{layer}.{one}.weight"] for one in parts])
