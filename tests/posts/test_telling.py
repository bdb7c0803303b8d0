"""What readers say, for people: every reason code has words, every format a name, every place is as people count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.posts.recognition import READERS
from evenhand.posts.telling import format_words, place_words, reason_words
from evenhand.posts.warc import DAMAGED, DIGEST_DIFFERS, LENGTH_WRONG, TRUNCATED

POSTS = Path(__file__).resolve().parents[2] / "src" / "evenhand" / "posts"
RAISED = {"Unusable", "NotJson", "Malformed", "refuse"}


def constants(node: ast.expr) -> Iterator[str]:
    """A text, or both texts of `a if … else b`."""
    if isinstance(node, ast.IfExp):
        yield from (*constants(node.body), *constants(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def codes(source: str) -> Iterator[str]:
    """The reason codes in a module: what is refused, or raised to be refused."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield from constants(node.args[-1]) if name in RAISED and node.args else ()
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            yield from [node.value.value] if "reason" in names and isinstance(node.value.value, str) else []


def test_every_reason_code_of_a_reader_has_words() -> None:
    used = {code for path in POSTS.rglob("*.py") for code in codes(path.read_text())}
    used |= {TRUNCATED, LENGTH_WRONG, DIGEST_DIFFERS, DAMAGED}
    assert {"id_destroyed", "member_damaged", "trailing_code", "line_truncated", "row_too_wide"} <= used
    assert sorted(code for code in used if reason_words(code, str)[0] == code) == []


def test_a_code_without_words_is_still_told() -> None:
    assert reason_words("never_seen", str) == ("never_seen", "Look at the place named, or export again.")


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        ("", "the whole file"),
        ("data/like.js", "data/like.js"),
        ("ln:481", "line 481"),
        ("row:7", "row 7"),
        ("jp:/12/tweet", "record 13"),
        ("jp:/thread/answers/1", "record 2 of thread/answers"),
        ("general/2020-09-13.json;jp:/2", "general/2020-09-13.json, record 3"),
        ("ln:2;jp:/comments/0", "line 2, record 1 of comments"),
        ("inbox.mbox;msg:3", "inbox.mbox, message 3"),
        ("warc:record 5", "record 5"),
        ("jp:/Comment/Comments", "jp:/Comment/Comments"),
        ("jp:", "jp:"),
        ("br:10-20", "br:10-20"),
    ],
)
def test_where_something_stands_is_said_as_people_count(locator: str, words: str) -> None:
    assert place_words(locator, str) == words


def test_every_format_has_a_name_for_people() -> None:
    named = {reader.source_format: format_words(reader.source_format, str) for reader in READERS}
    assert [name for name, words in named.items() if "described itself" in words] == []
    assert len(set(named.values())) == len(named)
    assert "our_forum" in format_words("our_forum/1", str)
