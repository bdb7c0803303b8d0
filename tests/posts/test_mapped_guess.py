"""The mapping tool: a guess at an unknown table or document, shown with five rows, kept once a person says yes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_mapped import document, lines, table

from evenhand.cli import main
from evenhand.corpus.mappings import Guessed, keep_mapping, recognise_mapped
from evenhand.posts import NO_CHOICES, Report
from evenhand.posts.mapped.guess import guess, guess_text

WORDS = ["the hall is late again", "nobody told the members", "what a plan that was", "late as ever, thank you"]


def forum(count: int = 8) -> dict[str, object]:
    answers = [
        {
            "nummer": f"a{n}",
            "person": {"name": f"sample{n % 3}"},
            "geschrieben": f"2024-01-0{n + 1} 09:00",
            "wortlaut": {"plain": f"{WORDS[n % 4]} {n}"},
            "antwort_auf": f"a{n - 1}" if n else None,
        }
        for n in range(count)
    ]
    return {"board": {"title": "x", "beitraege": answers}, "count": count}


UNKNOWN = {
    "nested document": document(forum()),
    "table": table(
        *[
            {"no": f"k{n}", "wer": f"sample{n % 2}", "wann": f"0{n}/13/2024", "was": f"{WORDS[n % 4]} {n}"}
            for n in range(1, 6)
        ]
    ),
    "lines": lines(
        *[{"k": n, "p": f"sample{n % 2}", "t": 1_600_000_000 + n, "w": f"{WORDS[n % 4]} {n}"} for n in range(5)]
    ),
}


def placed(folder: Path, content: bytes) -> Path:
    path = folder / "unknown.bin"
    path.write_bytes(content)
    return path


def test_content_decides_where_names_say_nothing(tmp_path: Path) -> None:
    found = guess(placed(tmp_path, UNKNOWN["lines"]))
    assert found is not None
    assert found.mapping == {"text": "w", "created_at": "t", "id": "k", "author_handle": "p"}
    found = guess(placed(tmp_path, UNKNOWN["table"]))
    assert found is not None
    assert found.mapping == {"text": "was", "created_at": "wann", "id": "no", "author_handle": "wer"}
    assert len(found.sample) == 5
    assert found.sample[0]["text"] == f"{WORDS[1]} 1"


def test_the_list_in_a_document_is_found_and_its_answers(tmp_path: Path) -> None:
    found = guess(placed(tmp_path, UNKNOWN["nested document"]))
    assert found is not None
    assert found.records == "board.beitraege"
    assert found.mapping == {
        "text": "wortlaut.plain",
        "created_at": "geschrieben",
        "id": "nummer",
        "author_handle": "person.name",
        "reply_to": "antwort_auf",
    }


@pytest.mark.parametrize("name", UNKNOWN)
def test_the_mapping_of_a_guess_reads_the_file(tmp_path: Path, name: str) -> None:
    path = placed(tmp_path, UNKNOWN[name])
    with pytest.raises(Guessed, match="Is it right to read") as question:
        recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES)
    mapping = tmp_path / "m.toml"
    mapping.write_text(question.value.text)
    recognised = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES, named=mapping)
    report = Report(name)
    rows = list(recognised.reader.rows(recognised.source, report))
    assert len(rows) >= 5
    assert report.refused == []
    assert all(row["text_norm"] and row["author_handle"] and row.get("claimed_at_raw") for row in rows)
    assert not any(row.get("id_is_synthetic") for row in rows)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"{}", b'{"a": [1, 2, 3]}', table({"a": "1", "b": "2"}, {"a": "3", "b": "4"}), b"hello", b"[[[["],
)
def test_what_holds_no_texts_is_no_guess(tmp_path: Path, content: bytes) -> None:
    assert guess(placed(tmp_path, content)) is None


def test_the_command_asks_and_writes_the_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, corpus = placed(tmp_path, UNKNOWN["nested document"]), tmp_path / "c"
    with pytest.raises(SystemExit) as left:
        main(["import", str(path), "--corpus", str(corpus), "--json"])
    assert left.value.code == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "Is it right to read 'wortlaut.plain' as text" in told
    assert "the hall is" in told
    (written,) = (corpus / "corpus" / "guessed").iterdir()
    found = guess(path)
    assert found is not None
    assert written.read_text() == guess_text(found, path.stem)


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_mapping_that_was_used_is_kept_and_the_next_file_is_known(tmp_path: Path, name: str) -> None:
    path = placed(tmp_path, UNKNOWN[name])
    with pytest.raises(Guessed) as question:
        recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES)
    mapping = tmp_path / "m.toml"
    mapping.write_text(question.value.text)
    first = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES, named=mapping)
    kept = keep_mapping(first, tmp_path)
    assert kept is not None
    assert kept.parent == tmp_path / "mappings"
    again = recognise_mapped(path, tmp_path, as_format=None, choices=NO_CHOICES)
    assert list(again.reader.rows(again.source, Report("x"))) == list(first.reader.rows(first.source, Report("x")))
    assert keep_mapping(again, tmp_path) in {None, kept}
