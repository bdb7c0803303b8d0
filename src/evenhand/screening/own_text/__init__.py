"""Written material of our own (CC0) and its reader: sentences with labels, frame and target. See README.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final

_SLOT: Final = re.compile(r"\{(\w+)\}")
_ENDINGS: Final = (".txt", ".templates")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence written out. `line` is the line as written: equal for all that come from one template.

    `labels` hold 0 or 1 per key; a key that is absent, and `frame` or `target` None, are unknown.
    """

    file: str
    number: int
    index: int
    text: str
    line: str
    labels: Mapping[str, float]
    frame: str | None
    target: str | None
    held_out: bool

    @property
    def id(self) -> str:
        """Return an identifier that is the same as long as the line stays where it is."""
        return f"own:{self.file}-{self.number}-{self.index}"


@dataclass(slots=True)
class _Header:
    """What the comment lines so far say about the sentences that follow."""

    labels: dict[str, float] = field(default_factory=dict)
    frame: str | None = None
    target: str | None = None

    def read(self, line: str) -> None:
        """Take over what one comment line says; other comments say nothing."""
        kind, _, rest = line.removeprefix("#").strip().partition(":")
        if kind == "labels":
            pairs = (pair.partition("=") for pair in rest.split())
            self.labels = {key: float(value) for key, _, value in pairs}
        elif kind == "frame":
            self.frame = rest.strip()
        elif kind == "target":
            self.target = rest.strip()


def sentences() -> list[Sentence]:
    """Return every sentence of the folder written out, in the order of files and lines. Cost: about 50 ms."""
    found: list[Sentence] = []
    for entry in sorted(files(__name__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(_ENDINGS):
            found += sentences_of(entry.name.rsplit(".", 1)[0], entry.read_text("utf-8"))
    return found


def sentences_of(file: str, content: str) -> Iterator[Sentence]:
    """Yield the sentences of one file's content."""
    header, held_out = _Header(), "\n# held out" in content
    for number, raw in enumerate(content.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("# ") or line == "#":
            header.read(line)
        elif line:
            for index, text in enumerate(written_out(line, number)):
                yield Sentence(
                    file, number, index, text, line, header.labels, header.frame, header.target, held_out
                )  # fmt: skip


def written_out(line: str, turn: int = 0) -> list[str]:
    """Return a line with its slots filled: every combination of swap slots, fillers taking turns from `turn`.

    Raises KeyError for a slot that slots.toml does not know.
    """
    data, names = _slots(), {name.lower() for name in _SLOT.findall(line)}
    if not names:
        return [line]
    swaps = [values for values in _swaps() if names & values[0].keys()]
    texts = []
    for index, combination in enumerate(product(*swaps)):
        filled = {name: values[(turn + index) % len(values)] for name, values in data["filler"].items()}
        for values in combination:
            filled.update(values)
        texts.append(_filled(line, filled))
    return texts


def _filled(line: str, values: Mapping[str, str]) -> str:
    def word(match: re.Match[str]) -> str:
        value = values[match[1].lower()]
        return value if match[1].islower() else value[:1].upper() + value[1:]

    return _SLOT.sub(word, line)


@cache
def _slots() -> dict[str, Any]:
    return tomllib.loads((files(__name__) / "slots.toml").read_text("utf-8"))


@cache
def _swaps() -> tuple[tuple[dict[str, str], ...], ...]:
    """Return per swap its values, each as the slots it fills."""
    data = _slots()
    single = [tuple({name: value} for value in values) for name, values in data["swap"].items()]
    linked = [
        tuple(dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True))
        for table in data["linked"].values()
    ]
    return (*single, *linked)
