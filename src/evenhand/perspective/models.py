"""Which model answers: the shipped one, or an older local package that a client pinned (PERSPECTIVE §9)."""

from __future__ import annotations

import hashlib
import inspect
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from evenhand.errors import EvenhandError
from evenhand.perspective import gates
from evenhand.perspective.attributes import served
from evenhand.perspective.gates import Gates
from evenhand.perspective.refusals import malformed, short
from evenhand.perspective.scorer import Detector, Item
from evenhand.screening import Screener, Verdict

PACKAGE_FILE: Final = "perspective.json"
MOST_LOADED: Final = 3  # older models in memory at once
EACH: Final = 1  # cores one batch may use: the scorer has a thread for each core
_PIN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}@\d{1,6}\.\d{1,6}\.\d{1,6}")


class Detecting:
    """A Screener in the shape the scorer wants. A language that is certain is handed on if the Screener takes one."""

    def __init__(self, screener: Screener) -> None:
        self._screener = screener
        self._takes_languages = "languages" in inspect.signature(screener.screen).parameters

    def verdicts(self, items: Sequence[Item]) -> list[Verdict]:
        """Return one verdict per item, in order."""
        more: dict[str, Any] = {"languages": [item.language for item in items]} if self._takes_languages else {}
        return self._screener.screen([item.text for item in items], [item.parent for item in items], **more)


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can answer: its version and gates, the detector, and the SHA-256 of its files."""

    gates: Gates
    detector: Detector
    sha256: str

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """Return each served attribute with its languages."""
        return served(self.gates)

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers that say which version answered."""
        return (
            ("Evenhand-Model", self.gates.label),
            ("Evenhand-Model-SHA256", self.sha256),
            ("Evenhand-Calibration", self.gates.calibration),
        )

    def to_dict(self, *, current: bool) -> dict[str, Any]:
        """Return what the list of models says."""
        attributes = {name: {"languages": list(languages)} for name, languages in self.attributes.items()}
        return {
            "name": self.gates.name, "version": self.gates.version, "current": current, "sha256": self.sha256,
            "model": self.gates.model, "calibration": self.gates.calibration, "attributes": attributes,
            "gates": self.gates.to_dict()["heads"],
        }  # fmt: skip


class Models:
    """The current model, and older ones loaded from `folder` when somebody pins one. Safe between threads."""

    def __init__(self, current: Model, folder: Path | None = None) -> None:
        self.current = current
        self._folder = folder
        self._lock = threading.Lock()
        self._loaded: dict[str, Model] = {}

    @classmethod
    def shipped(cls, folder: Path | None = None) -> Models:
        """Return the models of this installation: the one in the wheel, and those under `folder`."""
        screener = Screener(threads=EACH)
        known = gates.shipped()
        if (known.model, known.calibration) != (screener.model_id, screener.calibration_id):
            # Figures of another version say nothing about this one: every attribute is refused until they are made.
            known = Gates(known.name, "0.0.0", screener.model_id, screener.calibration_id)
        sha256 = _digest(files("evenhand.screening") / "weights")
        return cls(Model(known, Detecting(screener), sha256), folder)

    def pinned(self, pin: str | None, today: date) -> Model:
        """Return the current model, or the one that is asked for by name@version.

        Raises Refusal (400) for one that is unknown, retired or not installed: never a substitute.
        """
        if pin is None or pin == self.current.gates.label:
            return self.current
        if not _PIN.fullmatch(pin):
            raise malformed("Evenhand-Pin must be a name and version such as evenhand-en@1.0.0.")
        with self._lock:
            found = self._loaded.get(pin) or self._load(pin)
        if found.gates.retired is not None and found.gates.retired <= today:
            raise malformed(f"The model {short(pin)} is retired.")
        return found

    def installed(self) -> Iterator[Gates]:
        """Yield the versions of the local packages that can be read, by folder name."""
        for place in sorted(self._folder.glob(f"*/{PACKAGE_FILE}")) if self._folder else []:
            try:
                yield gates.load(place)
            except EvenhandError:
                continue

    def _load(self, pin: str) -> Model:
        known = next((one for one in self.installed() if one.label == pin), None)
        if known is None or self._folder is None:
            raise malformed(f"The model {short(pin)} is not installed here.")
        try:
            screener = Screener(known.model, models=self._folder, threads=EACH)
        except EvenhandError as error:
            raise malformed(f"The model {short(pin)} is not installed here.") from error
        if screener.calibration_id != known.calibration:
            raise malformed(f"The model {short(pin)} is not installed here.")
        found = Model(known, Detecting(screener), _digest(self._folder / known.model))
        while len(self._loaded) >= MOST_LOADED:
            self._loaded.pop(next(iter(self._loaded)))
        self._loaded[pin] = found
        return found


def _digest(folder: Traversable) -> str:
    """Return the SHA-256 over names and bytes of a folder's files, in the order of their names."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents(folder, "")):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _contents(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir() if folder.is_dir() else []:
        if entry.is_dir():
            yield from _contents(entry, f"{prefix}{entry.name}/")
        elif entry.name != PACKAGE_FILE:
            yield prefix + entry.name, entry.read_bytes()
