"""What a version's model card states, per head: the condition for serving it. Data, made from the card.

    python -m evenhand.perspective.gates docs/reference/model-card.md --name evenhand-en --version 0.1.0

rewrites data/gates.json for the shipped detector. A local model package carries its own file of the same
form, `perspective.json`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError

_SEMVER: Final = re.compile(r"\d+\.\d+\.\d+")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_IDS: Final = re.compile(r"Model `([^`]+)`, calibration `([^`]+)`")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Gate:
    """Held-out figures of one head at its threshold; precision at 1 % and .5 % prevalence; calibration error."""

    languages: tuple[str, ...]
    threshold: float
    recall: float
    false_flags: float
    precision_1: float
    precision_05: float
    ece: float


@dataclass(frozen=True, slots=True)
class Gates:
    """A version: its public name and number, the ids it belongs to, and the gate of each head on the card.

    `retired` is the first day on which it is no longer served by a pin; None while it is kept.
    """

    name: str
    version: str
    model: str
    calibration: str
    heads: Mapping[str, Gate] = field(default_factory=dict)
    parent_context: bool = False
    retired: date | None = None

    @property
    def label(self) -> str:
        """Return name@version, as the header says it and a pin asks for it."""
        return f"{self.name}@{self.version}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {**asdict(self), "retired": self.retired.isoformat() if self.retired else None}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Gates:
        """Return what to_dict wrote. Raises ValueError, KeyError or TypeError on anything else."""
        if not _NAME.fullmatch(raw["name"]) or not _SEMVER.fullmatch(raw["version"]):
            raise ValueError("a name in small letters and a version such as 0.1.0")
        heads = {name: Gate(**{**gate, "languages": tuple(gate["languages"])}) for name, gate in raw["heads"].items()}
        retired = date.fromisoformat(raw["retired"]) if raw.get("retired") else None
        parent = bool(raw.get("parent_context"))
        return cls(raw["name"], raw["version"], raw["model"], raw["calibration"], heads, parent, retired)


def load(place: Path | Traversable) -> Gates:
    """Return the gates of a file; raises UsageError if it cannot be read."""
    try:
        return Gates.from_dict(json.loads(place.read_text("utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "this is not a readable list of gates.", where=str(place), mend="Make it again from the model card."
        ) from error


def shipped() -> Gates:
    """Return the gates of the detector that comes with this version."""
    return load(files("evenhand.perspective") / "data" / "gates.json")


def of_card(card: str, *, name: str, version: str, languages: tuple[str, ...] = ("en",)) -> Gates:
    """Return the gates that a model card's text states. A head needs a row under "Gates" and one under ECE.

    Raises UsageError if the card does not name its model and calibration.
    """
    ids = _IDS.search(card)
    if ids is None:
        raise UsageError("this card does not say which model and calibration it is about.", mend="Print it again.")
    ece = {row[0]: _first(row[2]) for row in _table(card, "## Calibration error")}
    heads = {}
    for row in _table(card, "## Gates"):
        figures = [_first(cell) for cell in (row[1], *row[3:7])]
        stated = [*figures, ece.get(row[0])]
        if None not in stated:
            heads[row[0]] = Gate(languages, *(float(one) for one in stated if one is not None))
    return Gates(name, version, ids[1], ids[2], heads)


def _table(card: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the table below the heading that begins so, without its two head lines."""
    _, found, rest = card.partition(f"\n{heading}")
    section = rest.partition("\n## ")[0] if found else ""
    rows = [line for line in section.splitlines() if line.startswith("|")]
    for line in rows[2:]:
        yield [cell.strip() for cell in line.strip("|").split("|")]


def _first(cell: str) -> float | None:
    number = _NUMBER.match(cell)
    return float(number.group()) if number else None


def main() -> None:
    """Write data/gates.json from a model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("card", type=Path)
    parser.add_argument("--name", default="evenhand-en")
    parser.add_argument("--version", required=True, help="a new one whenever scores change")
    given = parser.parse_args()
    gates = of_card(given.card.read_text("utf-8"), name=given.name, version=given.version)
    text = json.dumps(gates.to_dict(), indent=1, sort_keys=True)
    (Path(__file__).parent / "data" / "gates.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
