"""The house stays small enough to read: sizes of files and functions, and rooms that say what they are."""

from __future__ import annotations

import ast
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).resolve().parents[2] / "src" / "evenhand"
FILES = [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]
MOST_LINES_OF_A_FILE = 400
# One file by its purpose: whoever holds a bundle runs it alone, with nothing beside it.
ALONE = SOURCE / "bundle" / "verify.py"
MOST_LINES_OF_A_FUNCTION = 50
MEDIAN_LINES_OF_A_FUNCTION = 12


def functions(path: Path) -> list[tuple[str, int]]:
    return [
        (f"{path.relative_to(SOURCE)}:{node.name}", node.end_lineno - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]


def test_no_file_wants_to_be_a_folder() -> None:
    sizes = {str(path.relative_to(SOURCE)): len(path.read_text().splitlines()) for path in FILES if path != ALONE}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FILE} == {}


def test_functions_are_short() -> None:
    sizes = [pair for path in FILES for pair in functions(path)]
    assert [pair for pair in sizes if pair[1] > MOST_LINES_OF_A_FUNCTION] == []
    assert median(size for _, size in sizes) < MEDIAN_LINES_OF_A_FUNCTION


def test_every_room_says_what_it_is() -> None:
    silent = [
        str(p.relative_to(SOURCE)) for p in FILES if (text := p.read_text()) and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


def test_rooms_are_not_nested_deeper_than_four() -> None:
    deep = [p for p in SOURCE.rglob("*.py") if len(p.relative_to(SOURCE).parts) > 5]
    assert deep == []
