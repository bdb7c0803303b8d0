"""The tuned network as one ONNX graph in eight bits: fixed scales for weights, one scale a token for what goes in.

A token's scale is its own, so a row's result does not depend on its neighbours.
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
from evenhand.screening.training.rounding import TURNED, Rounded, turn, turned_out

Array = NDArray[Any]
State = Mapping[str, NDArray[np.float32]]
# Each linear map in whole numbers; None builds a float graph.
Maps = Mapping[str, Rounded]

OPSET: Final = 20
THREE: Final = ("query", "key", "value")
# A token all of whose channels are 0 has no loudest one to be measured by.
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
        """Add x @ weight.T + bias: of a float graph as it stands, else the map of that name in eight bits."""
        if self.maps is None:
            at = self.constant(f"{name}.weight", weight.T)
            product = self.node("MatMul", [x, at], f"{name}.product")
        else:
            product = self._quantised(x, name, self.maps[name])
        # A bias of one axis the runtime joins with the bend behind it, which takes it longer than one after the other.
        return self.node("Add", [product, self.constant(f"{name}.bias", bias[None, None])], f"{name}.out")

    def _quantised(self, x: str, name: str, own: Rounded) -> str:
        """Add a product in eight bits: each token is measured by its own loudest channel."""
        even = x if name.endswith(".mix") else self._turned(x, name, own.whole.shape[1])
        size = self.node("Abs", [even], f"{name}.size")
        axes = self.constant("last.axis", np.asarray([-1], np.int64))
        most = self.node("ReduceMax", [size, axes], f"{name}.most", keepdims=1)
        loud = self.node("Max", [most, self.constant("quietest", np.float32(QUIETEST))], f"{name}.loud")
        quiet = self.node("Reciprocal", [loud], f"{name}.quiet")
        shares = self.node("Mul", [even, quiet], f"{name}.by.token")
        steps = [self.constant("step", np.float32(1 / 127)), self.constant("middle", np.uint8(128))]
        in_whole = self.node("QuantizeLinear", [shares, *steps], f"{name}.rounded")
        back = self.node("DequantizeLinear", [in_whole, *steps], f"{name}.back")
        fixed = [
            self.constant(f"{name}.whole", own.whole.T), self.constant(f"{name}.scales", own.scales),
            self.constant(f"{name}.zeros", np.zeros(len(own.scales), np.int8)),
        ]  # fmt: skip
        plain = self.node("DequantizeLinear", fixed, f"{name}.plain", axis=1)
        product = self.node("MatMul", [back, plain], f"{name}.product")
        return self.node("Mul", [product, loud], f"{name}.loud.again")

    def _turned(self, x: str, name: str, width: int) -> str:
        """Add the turning of a map's input; that of the mixing map comes turned already."""
        apart = self.constant(f"apart.{width}", np.asarray([0, 0, width // TURNED, TURNED], np.int64))
        wide = self.node("Reshape", [x, apart], f"{name}.apart")
        even = self.node("MatMul", [wide, self.constant("turn", turn())], f"{name}.evened")
        together = self.constant(f"together.{width}", np.asarray([0, 0, width], np.int64))
        return self.node("Reshape", [even, together], f"{name}.together")

    def norm(self, x: str, name: str) -> str:
        """Add a layer normalisation."""
        ends = [self.constant(f"{name}.{end}", self.state[f"{name}.{end}"]) for end in ("weight", "bias")]
        return self.node("LayerNormalization", [x, *ends], f"{name}.out", axis=-1, epsilon=1e-12)


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
    weight, bias = _three(state, name, is_turned=graph.maps is not None)
    three = graph.linear(x, f"{name}.query", weight, bias)
    split = helper.make_node(
        "Split", [three], [f"{name}.{p}.flat" for p in THREE], name=f"{name}.split", axis=2, num_outputs=3
    )
    graph.nodes.append(split)
    shape = graph.constant("by.head", np.asarray([0, 0, HEADS, WIDTH // HEADS], np.int64))
    by_head = []
    for part, order in zip(THREE, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True):
        wide = graph.node("Reshape", [f"{name}.{part}.flat", shape], f"{name}.{part}.wide")
        by_head.append(graph.node("Transpose", [wide], f"{name}.{part}.turned", perm=order))
    scores = graph.node("MatMul", by_head[:2], f"{name}.scores")
    scale = graph.constant("scale", np.float32((WIDTH // HEADS) ** -0.5))
    scaled = graph.node("Mul", [scores, scale], f"{name}.scaled")
    masked = graph.node("Add", [scaled, mask], f"{name}.masked")
    shares = graph.node("Softmax", [masked], f"{name}.shares", axis=-1)
    seen = graph.node("MatMul", [shares, by_head[2]], f"{name}.seen")
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
    """Return the weights [out, in] of a linear map of the eight-bit graph; query, key and value are one map."""
    if name.endswith(".query"):
        return _three(state, name.removesuffix(".query"), is_turned=True)[0]
    return state[f"{name}.weight"]


def _three(state: State, layer: str, *, is_turned: bool) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights and biases of query, key and value as one map; `is_turned`: what value gives comes out turned.

    Tokens are mixed head by head and so stay turned: the mixing map's input need not be turned once more.
    """
    weights, biases = ([state[f"{layer}.{part}.{end}"] for part in THREE] for end in ("weight", "bias"))
    if is_turned:
        weights[-1], biases[-1] = turned_out(weights[-1]), turned_out(biases[-1])
    return np.concatenate(weights, dtype=np.float32), np.concatenate(biases, dtype=np.float32)
