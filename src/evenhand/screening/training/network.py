"""The encoder with its heads, in torch: six layers of MiniLM, one row of numbers per post, one number per token."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from evenhand.screening.training.layout import EPSILON, HEADS, INNER, LAYERS, NAMES, POSITIONS, WIDTH


class Layer(nn.Module):
    """One encoder layer: attention and a two-step network, each added to its input and normed."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.mix = nn.Linear(WIDTH, WIDTH)
        self.mix_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.outer_norm = nn.LayerNorm(WIDTH, EPSILON)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the layer's output [posts, tokens, WIDTH]; mask is added to the attention scores."""
        posts, tokens, _ = x.shape
        q, k, v = (
            part(x).view(posts, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        seen = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        mixed = self.mix(seen.transpose(1, 2).reshape(posts, tokens, WIDTH))
        x = self.mix_norm(x + self.drop(mixed))
        inner = functional.gelu(self.inner(x))
        return self.outer_norm(x + self.drop(self.outer(inner)))


class Network(nn.Module):
    """The encoder and its heads. Word vectors are frozen: what a word means was learnt on far more text."""

    def __init__(self, vocabulary: int, outputs: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.parts = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, EPSILON)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.pool = nn.Linear(2 * WIDTH, WIDTH)
        self.heads = nn.Linear(WIDTH, outputs)
        self.span = nn.Linear(WIDTH, 1)
        self.drop = nn.Dropout(dropout)
        self.words.weight.requires_grad_(False)

    def forward(self, ids: Tensor, parts: Tensor) -> tuple[Tensor, Tensor]:
        """Return raw scores [posts, outputs] and raw span scores [posts, tokens]; id 0 is padding."""
        here = ids != 0
        mask = torch.where(here, 0.0, -1e4)[:, None, None, :]
        place = torch.arange(ids.shape[1], device=ids.device)
        x = self.norm(self.words(ids) + self.places(place) + self.parts(parts))
        x = self.drop(x)
        for layer in self.layers:
            x = layer(x, mask)
        share = (here & (parts == 0))[:, :, None].to(x.dtype)
        mean = (x * share).sum(1) / share.sum(1)
        pooled = functional.gelu(self.pool(self.drop(torch.cat([mean, x[:, 0]], 1))))
        return self.heads(self.drop(pooled)), self.span(x).squeeze(-1)


def load_pretrained(network: Network, weights: Path) -> None:
    """Fill a network with the weights of all-MiniLM-L6-v2 (a safetensors file); new heads stay as they are."""
    raw = load_file(str(weights))
    state = network.state_dict()
    for theirs, ours in (("word", "words"), ("position", "places"), ("token_type", "parts")):
        state[f"{ours}.weight"] = raw[f"embeddings.{theirs}_embeddings.weight"][: state[f"{ours}.weight"].shape[0]]
    for end in ("weight", "bias"):
        state[f"norm.{end}"] = raw[f"embeddings.LayerNorm.{end}"]
        for layer in range(LAYERS):
            for theirs, ours in NAMES.items():
                state[f"layers.{layer}.{ours}.{end}"] = raw[f"encoder.layer.{layer}.{theirs}.{end}"]
    network.load_state_dict(state)
