"""`evenhand perspective …`: keys, feedback, maps and comparison from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.perspective.worlds import shipped_models

from evenhand.cli import main
from evenhand.perspective import models


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(models.Models, "shipped", lambda _folder=None: shipped_models())

    def ran(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["perspective", *arguments, "--dir", str(tmp_path)])
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return ran


def table(tmp_path: Path, rows: int) -> str:
    path = tmp_path / "old.csv"
    words = [
        "you are an idiot",
        "thank you for coming",
        "what a clown",
        "see you at the harbour",
        "be quiet you muppet",
    ]
    lines = [f"{n},{words[n % 5]} number {n},0.{n % 97:02}" for n in range(rows)]
    path.write_text("id,comment_text,TOXICITY@6\n" + "\n".join(lines) + "\n")
    return str(path)


def test_a_key_is_made_listed_changed_and_revoked(run):
    code, out, _ = run("add-key", "Coral", "--per-minute", "60", "--burst", "5", "--json")
    made = json.loads(out)
    assert code == 0 and made["key"].startswith("ehp_") and made["per_minute"] == 60
    code, out, _ = run("keys", "--json")
    (listed,) = json.loads(out)
    assert made["key"] not in out and listed["id"] == made["id"] and listed["unsupported_attributes"] == "error"
    code, out, _ = run("set-key", made["id"], "--unsupported-attributes", "omit", "--aliases", "on", "--burst", "9")
    changed = json.loads(out)
    assert (changed["unsupported_attributes"], changed["aliases"], changed["burst"]) == ("omit", True, 9)
    assert changed["per_minute"] == 60
    assert run("revoke-key", made["id"])[0] == 0
    assert "revoked" in run("keys")[2]


@pytest.mark.parametrize("arguments", [
    ("revoke-key", "key-00000000"), ("set-key", "key-00000000"), ("remove-map", "nothing"), ("add-key", ""),
    ("add-key", "x" * 81), ("add-key", "x", "--per-minute", "0"), ("ruleset", "no version"), ("compare",),
    ("compare", "absent.csv"), ("fit-map", "x", "absent.csv"), ("feedback", "perhaps"), ("compare", "--old", "3"),
    ("--base-path", "no slash"),
])  # fmt: skip
def test_a_wrong_question_is_one_line_and_exit_2(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and err.startswith("evenhand: ") and err.count("\n") == 1


def test_feedback_is_off_until_it_is_switched_on(run):
    assert json.loads(run("feedback", "show")[1]) == []
    assert "stored from now on" in run("feedback", "on")[1]
    assert "not stored" in run("feedback", "off")[1]


def test_a_community_follows_a_code(run, tmp_path):
    assert run("ruleset", "general@3", "--community", "/forum/movies")[0] == 0
    assert run("ruleset", "general@2")[0] == 0


@pytest.mark.slow
def test_compare_prints_one_document_and_nothing_else(run, tmp_path):
    code, out, _ = run("compare", table(tmp_path, 300), "--suggest-thresholds", "--old", "0.75", "--json")
    found = json.loads(out)
    assert code == 0 and found["rows"] == 300
    (one,) = found["attributes"]
    assert one["attribute"] == "TOXICITY" and set(one["same_side"]) == {"0.7", "0.8"}
    (suggestion,) = one["suggestions"]
    assert suggestion["old"] == 0.75 and suggestion["kind"] == "equal_flag_rate"


@pytest.mark.slow
def test_compare_prints_tables_for_people(run, tmp_path):
    code, out, err = run("compare", table(tmp_path, 260), "--suggest-thresholds")
    assert (code, out) == (0, "") and "TOXICITY: 260 rows" in err and "flag rate" in err
    _, _, few = run("compare", table(tmp_path, 150), "--suggest-thresholds")
    assert "150 rows: a cut-off needs 200" in few


@pytest.mark.slow
def test_rows_that_cannot_be_used_are_listed_and_the_exit_is_3(run, tmp_path):
    path = Path(table(tmp_path, 10))
    path.write_text(path.read_text() + "bad,hello,seven\n")
    code, _, err = run("compare", str(path))
    assert code == 3 and "refused line 12: an old score is not a number" in err


@pytest.mark.slow
def test_replay_prints_what_would_differ(run, tmp_path):
    log = tmp_path / "log.jsonl"
    request = {"comment": {"text": "thank you"}, "languages": ["fr"], "requestedAttributes": {"TOXICITY": {}}}
    answer = {"attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.2}}}}
    log.write_text(json.dumps({"request": request, "response": answer}) + "\n")
    code, out, _ = run("compare", "--replay", str(log), "--json")
    (difference,) = json.loads(out)["errors"]["different"]
    assert code == 0 and difference["ours"] == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert "LANGUAGE_NOT_SUPPORTED" in run("compare", "--replay", str(log))[2]


@pytest.mark.slow
def test_a_map_is_fitted_and_removed(run, tmp_path):
    key_id = json.loads(run("add-key", "Coral", "--json")[1])["id"]
    assert "uses the map qmap-" in run("fit-map", key_id, table(tmp_path, 220))[1]
    assert "qmap-" in run("keys")[2]
    assert "raw scores" in run("remove-map", key_id)[1]
    code, _, err = run("fit-map", key_id, table(tmp_path, 100))
    assert code == 2 and "needs 200" in err
