"""FMT-T10: Meta writes each byte of UTF-8 as a letter; mended where the whole member is so, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fixtures.make_exports import as_json, comment, miswritten
from tests.posts.written import made

from evenhand.posts.meta.mojibake import mended
from evenhand.posts.reading_form import read_text, runs_of, to_raw

TABLE = {
    "bl\u00c3\u00a5": "blå",
    "\u00f0\u009f\u0098\u0080": "\U0001f600",
    "don\u00e2\u0080\u0099t": "don\u2019t",
    "café": "café",
    "你好": "你好",
    "x\u00e2\u0080": "x\u00e2\u0080",
    "\u00c3\u00a5 and \u2019": "å and \u2019",
    "\u00c3\u00a5 café": "å café",
}


@pytest.mark.parametrize("text", TABLE)
def test_only_broken_runs_change(text: str) -> None:
    assert mended(text) == TABLE[text]
    reading = read_text(text, entities=False, mojibake=True)
    assert reading.norm == TABLE[text]
    assert reading.raw.decode() == text
    assert reading.map is not None
    back = to_raw(reading.map)
    assert back(len(reading.norm)) == len(text)
    assert sum(raw - norm for _, norm, raw in runs_of(reading.map)) == len(text) - len(reading.norm)


def test_a_member_that_is_broken_is_mended_and_its_raw_text_stays(tmp_path: Path) -> None:
    texts = [miswritten(f"blå {n}") for n in range(21)] + [f"plain {n}" for n in range(179)]
    items = [comment(text, 1_600_000_000 + n) | {"title": "x"} for n, text in enumerate(texts)]
    for item in items:
        item["data"][0]["comment"]["author"] = "Owner"
    items[0]["data"][0]["comment"]["group"] = miswritten("Grün")
    found = made(tmp_path, as_json({"comments_v2": items}))
    assert [post.text_norm for post in found.posts] == [f"blå {n}" for n in range(21)] + texts[21:]
    assert [post.text_raw for post in found.posts] == [text.encode() for text in texts]
    assert found.posts[0].side["group"] == "Grün"
    assert found.posts[0].text_norm_steps == ["mojibake_runs"]
    assert found.posts[0].norm_map


def test_a_member_that_is_sound_is_left_alone(tmp_path: Path) -> None:
    texts = [f"café {n}" for n in range(10)] + ["\u00c3\u00a9"]
    items = [comment(text, 1_600_000_000 + n) | {"title": "x"} for n, text in enumerate(texts)]
    for item in items:
        item["data"][0]["comment"]["author"] = "Owner"
    found = made(tmp_path, as_json({"comments_v2": items}))
    assert [post.text_norm for post in found.posts] == texts
    assert all("encoding_mixed" in post.flags for post in found.posts)


def test_a_run_that_is_cut_is_flagged(tmp_path: Path) -> None:
    items = [comment(miswritten("blå"), n) for n in range(5)] + [comment(miswritten("blå ") + "\u00e2\u0080", 9)]
    *_, last = made(tmp_path, as_json({"comments_v2": items})).posts
    assert last.text_norm == "blå \u00e2\u0080"
    assert last.flags == ["encoding_repair_partial"]
