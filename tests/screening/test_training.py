from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections import Counter
from pathlib import Path

import pytest
from tests.kill import NIGHTLY

from evenhand.errors import UsageError
from evenhand.screening import Category
from evenhand.screening.training import labels
from evenhand.screening.training.calibrate import best_threshold, quiet_threshold
from evenhand.screening.training.own import GROUPS, own_rows
from evenhand.screening.training.rows import (
    Part,
    Row,
    benign_part,
    folded,
    part_of,
    read_folder,
    read_rows,
    without_evaluation_rows,
)

SHARED = Path(os.environ.get("EVENHAND_SHARED", Path(__file__).resolve().parents[3] / "shared"))
needs_data = pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="no labelled rows (set EVENHAND_SHARED)")


def _is_dev(text: str) -> bool:
    return int(hashlib.sha256(text.encode("utf-8")).hexdigest(), 16) % 10 == 0


def _row(text: str, part: Part = Part.TRAIN, dataset: str = "own", **given: float) -> Row:
    return Row(text, dataset, text, part, given)


@pytest.mark.parametrize("text", [f"sentence {number}" for number in range(60)])
def test_the_dev_rule(text: str) -> None:
    expected = Part.DEV if _is_dev(text) else Part.TRAIN
    assert part_of("davidson", "all", text) is expected
    assert part_of("mupid_political", "train", text) is expected
    assert part_of("toxic_spans_typed", "all", text) is expected
    assert part_of("edos", "train", text) is Part.TRAIN
    assert part_of("edos", "dev", text) is Part.DEV
    assert part_of("mupid_political", "test", text) is Part.TEST


@needs_data
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.skipif(not NIGHTLY, reason="reads every set whole: EVENHAND_NIGHTLY=1")
def test_no_row_counts_twice() -> None:
    rows = read_folder(SHARED / "data" / "train")
    own_dev = {row.dataset for row in rows if row.part is Part.DEV and not _is_dev(row.text)}
    for row in rows:
        if row.dataset not in own_dev and row.part is not Part.TEST:
            assert (row.part is Part.DEV) == _is_dev(row.text)
    evaluation = read_folder(SHARED / "data" / "eval")
    kept = without_evaluation_rows(rows, [row.text for row in evaluation])
    texts = {part: {folded(row.text) for row in kept if row.part is part} for part in Part}
    assert not texts[Part.TRAIN] & texts[Part.DEV]
    assert not (texts[Part.TRAIN] | texts[Part.DEV]) & texts[Part.TEST]
    assert not (texts[Part.TRAIN] | texts[Part.DEV]) & {folded(row.text) for row in evaluation}
    assert len(kept) < len(rows)
    benign = [row for row in evaluation if row.dataset == "benign_tweets_tweeteval"]
    assert {row.part for row in benign} == {Part.DEV, Part.TEST}
    assert all(row.part is benign_part(row.text) for row in benign)


def test_rows_equal_to_an_evaluation_row_are_dropped() -> None:
    rows = [_row("Moron."), _row("  a  Clown "), _row("kept"), _row("twice"), _row("Twice", Part.DEV)]
    kept = without_evaluation_rows(rows, ["moron.", "A clown"])
    assert [(row.text, row.part) for row in kept] == [("kept", Part.TRAIN), ("Twice", Part.DEV)]


def test_benign_rows_are_divided_by_the_fourth() -> None:
    parts = Counter(benign_part(f"row {number}") for number in range(4000))
    assert 0.2 < parts[Part.DEV] / 4000 < 0.3


def test_missing_means_no_only_where_the_data_says_so() -> None:
    assert labels.identity_attack(_row("x", dataset="edos", sexist=0)) == 0
    assert labels.identity_attack(_row("x", dataset="misogyny_eacl21", sexist=0)) == 0
    assert labels.identity_attack(_row("x", dataset="convabuse", sexist=0)) is None
    assert labels.abuse(_row("x", dataset="edos", sexist=0)) is None
    assert labels.incivility(_row("x", dataset="edos")) is None
    assert labels.identity_attack(_row("x", dataset="edos", hateful=1)) == 1


def test_templates_are_limited() -> None:
    rows = [Row(str(n), "identity_templates_en", str(n), Part.TRAIN, {}, {"template": "t"}) for n in range(500)]
    assert len(labels.thinned(rows)) == labels.TEMPLATE_LIMIT


def test_own_sentences_are_balanced_over_groups() -> None:
    counts = Counter(group for row in own_rows() for group in GROUPS if group in row.text.lower().split(" "))
    single = [counts[group] for group in GROUPS if " " not in group]
    # Free posts name men or women now and then; templates name all alike. A twentieth is what free posts may add.
    assert max(single) - min(single) <= max(single) / 20


def test_held_out_sentences_are_never_trained_on() -> None:
    held = [row for row in own_rows() if row.id.startswith("own:heldout")]
    assert held
    assert {row.part for row in held} == {Part.TEST}


def _shingles(text: str) -> set[str]:
    words = folded("".join(c if c.isalnum() else " " for c in text)).split()
    return {" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2))}


@needs_data
@pytest.mark.slow
def test_no_own_sentence_nearly_equals_a_public_test_case() -> None:
    cases: dict[str, set[int]] = {}
    sets = []
    for name in ("hatecheck", "hatemojicheck"):
        for row in read_rows(SHARED / "data" / "eval" / f"{name}.jsonl.gz"):
            for piece in _shingles(row.text):
                cases.setdefault(piece, set()).add(len(sets))
            sets.append((row.text, _shingles(row.text)))
    for row in own_rows():
        own = _shingles(row.text)
        near = {number for piece in own for number in cases.get(piece, ())}
        for number in near:
            text, other = sets[number]
            assert len(own & other) / len(own | other) < 0.7, (row.text, text)


def test_a_quiet_threshold_flags_at_most_its_share() -> None:
    scores = [number / 1000 for number in range(1000)]
    cut = quiet_threshold(scores, 0.01)
    assert sum(score >= cut for score in scores) <= 10
    assert sum(score >= cut for score in scores) >= 8


def test_a_best_threshold_splits_the_labels() -> None:
    assert 0.21 <= best_threshold([0.1, 0.2, 0.8, 0.9, 0.5], [0, 0, 1, 1, None]) <= 0.8


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(json.dumps(row) for row in rows).encode()))


def tiny_data(folder: Path) -> Path:
    """Write a data folder of the real shape, small enough to train on in a second."""
    good = ["thank you for the lovely meeting", "the bus was late again today", "see you at the library on friday"]
    bad = ["you are an idiot and a fool", "what a stupid clown you are", "shut up you pathetic moron"]
    toxic, civil, group = [], [], []
    for number in range(40):
        for kind, texts in ((0, good), (1, bad)):
            text = f"{texts[number % 3]} {number}"
            spans = [[0, 7]] if kind else []
            toxic.append({"id": f"t{number}{kind}", "text": text, "split": "all", "labels": {
                "abusive": kind, "threat": 0, "spans": spans}})  # fmt: skip
            civil.append(
                {"id": f"m{number}{kind}", "text": f"mr {text}", "split": "train", "labels": {"uncivil": kind}}
            )
            group.append({"id": f"g{number}{kind}", "text": f"they {text}", "split": "all", "labels": {
                "hateful": kind, "threat": kind}})  # fmt: skip
    quiet = [{"id": f"b{n}", "text": f"sunny day number {n}", "split": "train", "labels": {"presumed_benign": 1}}
             for n in range(40)]  # fmt: skip
    _write(folder / "train" / "toxic_spans_typed.jsonl.gz", toxic)
    _write(folder / "train" / "mupid_political.jsonl.gz", civil)
    _write(folder / "train" / "toxigen_seeds.jsonl.gz", group)
    _write(folder / "eval" / "benign_tweets_tweeteval.jsonl.gz", quiet)
    return folder


@pytest.mark.slow
def test_training_is_repeatable_and_learns(tmp_path: Path) -> None:
    from evenhand.screening.model import load, save
    from evenhand.screening.training.trainer import train

    data = tiny_data(tmp_path / "data")
    first, second = train(data), train(data)
    assert first.model.id == second.model.id
    assert first.calibration.id == second.calibration.id
    save(first, tmp_path / "out")
    assert load(tmp_path / "out").model.id == first.model.id
    from evenhand.screening.scoring import score
    from evenhand.text import normalise

    good, bad = score(first, [(normalise("the lovely bus"),), (normalise("you stupid idiot"),)])
    assert bad.scores[Category.ABUSE] > good.scores[Category.ABUSE]


# Without a time in the gzip head: two test processes must see the same parameters.
@pytest.mark.parametrize(
    "content",
    [b"not gzip", gzip.compress(b'{"id": 1}\n', mtime=0), gzip.compress(b"nope\n", mtime=0)],
    ids=["not gzip", "no text", "not JSON"],
)
def test_unreadable_rows_are_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edos.jsonl.gz").write_bytes(content)
    with pytest.raises(UsageError):
        read_folder(tmp_path)


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no labelled sets"):
        read_folder(tmp_path)
