"""Who `overseers.txt` names, and which of its lines name nobody. Needs neither Django nor a database."""

from __future__ import annotations

from typing import Final

from evenhand.web.home import Home

MOST: Final = 50


def overseers(home: Home) -> list[str]:
    """Return the addresses of `overseers.txt`; [] where there is no such file or it cannot be read."""
    found = [line for line in (_lines(home) or {}).values() if "@" in line and len(line.split()) == 1]
    return list(dict.fromkeys(found))[:MOST]


def unusable_lines(home: Home) -> list[int]:
    """Return the lines of `overseers.txt` (from 1) by which nobody is written to; [0] if it cannot be read."""
    lines, reached = _lines(home), set(overseers(home))
    return [0] if lines is None else [number for number, line in lines.items() if line not in reached]


def _lines(home: Home) -> dict[int, str] | None:
    """Return the lines by number, without empty ones and remarks; None if the file is there and cannot be read."""
    try:
        lines = (home.root / "overseers.txt").read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        return None
    written = {number: line.strip() for number, line in enumerate(lines, 1)}
    return {number: line for number, line in written.items() if line and not line.startswith("#")}
