"""`evenhand code lint|show`, through the real entry point."""

import json

import pytest

from evenhand.cli import main
from evenhand.codes import builtin_text


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main(["code", *map(str, arguments)])
    output = capsys.readouterr()
    return left.value.code, output.out, output.err


@pytest.fixture
def ours(tmp_path):
    path = tmp_path / "ours.toml"
    path.write_text(builtin_text("general"), encoding="utf-8")
    return path


def test_a_code_without_fault_holds(capsys, ours):
    assert run(capsys, "lint", ours) == (0, f"{ours}: no fault found.\n", "")


def test_each_fault_is_one_line_and_the_exit_is_1(capsys, ours):
    text = ours.read_text(encoding="utf-8")
    ours.write_text(text.replace('threat = ["2.2"]', 'threat = ["8", "9"]'), encoding="utf-8")
    code, out, err = run(capsys, "lint", ours)
    assert code == 1
    assert len(out.splitlines()) == 3
    assert "version 1, categories, threat: clause 8 is missing." in out
    assert err == ""


def test_faults_as_json(capsys, ours):
    ours.write_text('slug = "x"', encoding="utf-8")
    code, out, _err = run(capsys, "lint", ours, "--json")
    document = json.loads(out)
    assert (code, document["holds"]) == (1, False)
    assert {"where", "what", "mend"} == set(document["faults"][0])


@pytest.mark.parametrize("name", ["absent.toml", "."])
def test_what_cannot_be_read_is_exit_2_with_one_line(capsys, tmp_path, name):
    code, out, err = run(capsys, "lint", tmp_path / name)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "cannot be read" in err


def test_show_says_what_was_in_force_and_what_was_not_yet(capsys):
    code, out, _err = run(capsys, "show", "quillhaven", "--on", "2024-01-01")
    words = " ".join(out.split())
    assert code == 0
    assert "Version 2 was in force on 1 January 2024." in words
    assert "Example 7 (adopted from 1 July 2023)." in words
    assert "Example 8 (printed, not adopted)." in words
    assert "liking it: advice or a reminder" in words
    assert "Not in force on that day Version 3, from 1 October 2024." in words
    assert "Example 11 of hostility to Lanternfolk, from 1 October 2024." in words


def test_show_json_is_one_document(capsys):
    code, out, _err = run(capsys, "show", "quillhaven", "--on", "2022-01-01", "--json")
    document = json.loads(out)
    assert code == 0
    assert document["version"] == "1"
    assert document["in_force"] == {"from": "2021-03-01", "until": "2023-07-01"}
    assert len(document["digest"]) == 64
    assert document["definitions"] == []
    assert len(document["not_yet_in_force"]["examples"]) == 11


def test_show_reads_a_file_too(capsys, ours):
    code, out, _err = run(capsys, "show", ours)
    assert code == 0
    assert out.startswith("General code of conduct\n")


def test_the_file_to_start_from_is_printed_and_holds(capsys, tmp_path):
    code, out, _err = run(capsys, "show", "general", "--toml")
    (tmp_path / "ours.toml").write_text(out, encoding="utf-8")
    assert code == 0
    assert run(capsys, "lint", tmp_path / "ours.toml")[0] == 0


def test_markup_in_a_code_is_shown_and_not_obeyed(capsys, ours):
    text = ours.read_text(encoding="utf-8")
    ours.write_text(text.replace("General code of conduct", "[bold]General[/bold]"), encoding="utf-8")
    _code, out, _err = run(capsys, "show", ours)
    assert out.startswith("[bold]General[/bold]\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "quillhaven", "--on", "2019-01-01"), "no version was in force on 2019-01-01"),
        (("show", "quillhaven", "--on", "yesterday"), "Write it as YYYY-MM-DD"),
        (("show", "nowhere"), "general, quillhaven"),
        (("lint",), "Missing argument 'FILE'"),
    ],
)
def test_a_question_that_cannot_be_answered_is_exit_2(capsys, arguments, words):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
