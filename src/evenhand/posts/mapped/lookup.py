"""Finding the value at a path of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evenhand.posts.mapped.shape import Rule

_BESIDE: Final = "^."


def value_at(cells: Mapping[str, Any], path: str, beside: Mapping[str, Any]) -> Any:
    """Return what stands at a path: a column of that name, else keys one inside the other; None if nothing does."""
    if path.startswith(_BESIDE):
        return beside.get(path.removeprefix(_BESIDE))
    if path in cells:
        return cells[path]
    value: Any = cells
    for name in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


def value_of(rule: Rule, cells: Mapping[str, Any], beside: Mapping[str, Any]) -> Any:
    """Return the value that a rule gives for a record; None for one that says nothing."""
    for path in rule.paths:
        value = value_at(cells, path, beside)
        if value is None or value == "" or (isinstance(value, str) and value in rule.none):
            continue
        if rule.before and isinstance(value, str):
            value = value.rpartition(rule.before)[0]
            if not value:
                continue
        return value
    return None


def knows(shape_names: tuple[str, ...], columns: tuple[str, ...]) -> list[str]:
    """Return which of the names in a mapping are there; `NAME@` also stands for `NAME@anything`, and for NAME."""
    return [name for name in shape_names if any(fits(name, column) for column in columns)]


def fits(name: str, column: str) -> bool:
    """Return whether a column is the one that a mapping names."""
    if name.endswith("@"):
        return column == name[:-1] or column.startswith(name)
    return column == name
