"""Each acceptance test and further check of FORMATS has a test, or a benchmark, that carries its number."""

from __future__ import annotations

import re
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
ACCEPTANCE = {f"T{n}" for n in range(1, 29)}
FURTHER = {f"C{n}" for n in range(1, 32)}
_SAID = re.compile(r"FMT-((?:[TC]\d+)(?:, (?:FMT-)?[TC]\d+)*)")


def carried() -> dict[str, set[str]]:
    """Return which files carry each number: `FMT-T14, T15` names two."""
    found: dict[str, set[str]] = {}
    for path in [*(REPO / "tests").rglob("test_*.py"), *(REPO / "benchmarks").glob("*.py")]:
        for numbers in _SAID.findall(path.read_text()) if path != Path(__file__) else ():
            for number in re.findall(r"[TC]\d+", numbers):
                found.setdefault(number, set()).add(path.name)
    return found


def test_each_check_of_the_formats_is_carried_by_a_test() -> None:
    found = carried()
    assert sorted((ACCEPTANCE | FURTHER) - found.keys(), key=lambda name: (name[0], int(name[1:]))) == []
    assert sorted(found.keys() - ACCEPTANCE - FURTHER) == [], "a number that FORMATS does not have"


def test_each_acceptance_test_has_a_module_of_its_number() -> None:
    """FORMATS §8: one module each; where several numbers share one it begins with the first."""
    named = {name for names in carried().values() for name in names if name.startswith("test_fmt_")}
    first = {int(number) for name in named for number in re.findall(r"_(\d\d)(?=_)", name)}
    assert sorted(set(range(1, 29)) - first) == []
