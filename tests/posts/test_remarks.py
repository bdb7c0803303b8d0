"""What readers say reaches people in their language: every remark and every refusal of a file has its form here."""

from __future__ import annotations

import ast
import copy
import itertools
import json
import pickle
import tomllib
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from tests.fixtures.make_exports import EXPORTS

from evenhand.posts.mapped import mapped_readers
from evenhand.posts.recognition import READERS, recognise
from evenhand.posts.said import Said, packed, unpacked
from evenhand.posts.telling import DOMAIN, LOCALE, is_known, remark
from evenhand.web.catalogues import read

POSTS = Path(__file__).resolve().parents[2] / "src" / "evenhand" / "posts"
GERMAN = read(LOCALE / "de" / "LC_MESSAGES" / f"{DOMAIN}.po")
SPEAKS = {"UsageError", "Damaged", "_refusal", "note"}
CONSTANTS = {"note", "mend", "_MEND"}
# What only somebody at a command line can meet: a path they typed, a mapping file they wrote, a reader they named.
TYPED = {"shape.py", "mapping.py"}
ASKED = {
    "there is no such file", "Check the path.", "this is not a file", "Name the files inside it.",
    "there is no reader 'X'", "Readers: X.",
}  # fmt: skip


def german(text: str) -> str:
    return GERMAN.get(text, text)


def texts(node: ast.expr) -> Iterator[str]:
    """The sentences an expression may be, each value in it as X."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else "X" for each in node.values)
    elif isinstance(node, ast.IfExp):
        yield from (*texts(node.body), *texts(node.orelse))
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Said":
        yield from texts(node.args[0])  # its form
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        yield from map("".join, itertools.product(texts(node.left), texts(node.right)))
    elif isinstance(node, ast.Tuple):
        yield from (found for each in node.elts for found in texts(each))


def sentences(path: Path) -> Iterator[str]:
    """What a module says in words: remarks, refusals of a whole file, and what helps."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in SPEAKS:
                mends = [each.value for each in node.keywords if each.arg == "mend"]
                yield from (text for each in (*node.args, *mends) for text in texts(each))
        elif isinstance(node, ast.Assign):
            if any(isinstance(each, ast.Name) and each.id in CONSTANTS for each in node.targets):
                yield from texts(node.value)
        elif isinstance(node, ast.FunctionDef) and node.name in {"_unknown", "_how_to_mend"}:
            returns = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            yield from (text for each in returns for text in texts(each))


def all_sentences() -> set[str]:
    found = {text for path in POSTS.rglob("*.py") if path.name not in TYPED for text in sentences(path)}
    tables = [tomllib.loads(path.read_text()) for path in POSTS.rglob("*.toml")]
    notes = {str(table["note"]) for table in tables if table.get("note")}
    return {text for text in found | notes if " " in text} - ASKED - {"X: %(place)s"}


def test_whatever_a_reader_says_is_known_and_is_told_in_german() -> None:
    said = all_sentences()
    assert {
        "Please export JSON.",
        "count_mismatch %(said)s/%(found)s: %(place)s",
        "the file is empty",
        "this .%(packing)s file is damaged or cut short",
    } <= said
    assert sorted(text for text in said if not is_known(text)) == []
    same = {text for text in said if remark(text, german) == text}
    assert sorted(same) == []


def test_the_note_of_every_reader_is_known() -> None:
    notes = [getattr(reader, "note", "") for reader in READERS]
    notes += [reader.shape.note for reader in mapped_readers()]
    assert len([note for note in notes if note]) > 15
    assert [note for note in notes if note and not is_known(note)] == []


@pytest.mark.parametrize("name", EXPORTS)
def test_by_what_a_format_is_known_is_told_in_german(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.bin"
    path.write_bytes(EXPORTS[name].content)
    for reason in recognise(path).sign.reasons:
        sign = reason.values.get("sign", reason) if isinstance(reason, Said) else reason
        assert is_known(sign)
        assert remark(reason, german) != reason


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            Said("count_mismatch %(said)s/%(found)s: %(place)s", said=40, found=6, place="data/tweets.js"),
            "data/tweets.js nennt 40 Datensätze, gefunden wurden 6 (count_mismatch 40/6).",
        ),
        (
            Said("this .%(packing)s file is damaged or cut short", packing="zst"),
            "Diese .zst-Datei ist beschädigt oder abgeschnitten.",
        ),
        (
            Said("%(sign)s in %(place)s", sign=Said("the keys %(keys)s", keys="a, b"), place="x.json"),
            "die Schlüssel a, b in x.json",
        ),
        ("an operator's own remark", "an operator's own remark"),
    ],
)
def test_names_and_numbers_stay_and_what_is_not_ours_stays_as_it_is(said: str, told: str) -> None:
    assert remark(said, german) == told
    assert remark(unpacked(json.loads(json.dumps(packed(said)))), german) == told


def test_on_a_page_nothing_speaks_of_the_command_line() -> None:
    form = "Readers: %(readers)s. Name one with --as, or say with --mapping FILE which column is what."
    assert remark(Said(form, readers="x_archive, rows"), str).startswith("Evenhand reads exports of X (Twitter), ")
    shown = {remark(text, german) for text in all_sentences()}
    assert [text for text in shown if "--" in text] == []


def test_a_sentence_can_be_copied_and_sent_to_another_process() -> None:
    said = Said("%(count)s of %(all)s", count=5, all="100 %")
    for again in (copy.deepcopy(said), pickle.loads(pickle.dumps(said))):
        assert (again, again.form, again.values) == (said, said.form, said.values)
    assert orjson.loads(orjson.dumps([said])) == ["5 of 100 %"]
