"""How fast exports become Parquet, beside a bare orjson pass over the same bytes; and that memory stays flat.

    python benchmarks/ingest.py [--small]

Goals on one core (FORMATS §5, FMT-C16): 15,000 posts/s from JSONL, 10,000 posts/s from X archives, and memory growth
of at most 300 MB. The ratio is what can be compared between machines.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fixtures.make_x import archive, flattened, many_archive, many_v1, script, v2_page, v2_tweet

from _apart import measured
from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.posts import recognise

WORDS = "the plan for the new hall is late again and nobody told the members, you muppet, they said "


def write_v1(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for tweet in many_v1(count):
            stream.write(orjson.dumps(tweet) + b"\n")
    return path


def v2(number: int) -> dict[str, Any]:
    mention = {"start": 0, "end": 14, "username": "sample_target", "id": "9001"}
    text = f"@sample_target {WORDS * 2}{number}"
    more = {"entities": {"mentions": [mention]}, "conversation_id": "5", "lang": "en", "edit_history_tweet_ids": ["1"]}
    return v2_tweet(str(1_740_000_000_000_000_000 + number), text, author=str(8000 + number % 50), **more)


def write_pages(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for start in range(0, count, 100):
            page = v2_page([v2(n) for n in range(start, min(start + 100, count))])
            stream.write(orjson.dumps(page) + b"\n")
    return path


def write_flat(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for number in range(count):
            stream.write(orjson.dumps(flattened(v2(number))) + b"\n")
    return path


def write_archive(path: Path, count: int) -> Path:
    return archive(path, {"tweets.js": script("tweets", many_archive(count))})


def write_rows(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for number in range(count):
            row = {"platform": "x", "id": str(10**18 + number * 7), "author_handle": "sample_a", "text": WORDS * 8}
            stream.write(orjson.dumps(row | {"created_at": "2024-01-01T09:00:00Z", "likes": number}) + b"\n")
    return path


def write_csv(path: Path, count: int) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["platform", "id", "author_handle", "text", "created_at", "likes"])
        for number in range(count):
            writer.writerow(["x", str(10**18 + number * 7), "sample_a", WORDS * 8, "2024-01-01T09:00:00Z", number])
    return path


FORMS: dict[str, tuple[Callable[[Path, int], Path], str, int | None]] = {
    "X API v1.1, JSONL": (write_v1, "a.jsonl", 15_000),
    "X API v2 pages, JSONL": (write_pages, "b.jsonl", 15_000),
    "X API v2 flattened": (write_flat, "c.jsonl", 15_000),
    "plain rows, JSONL": (write_rows, "d.jsonl", 15_000),
    "plain rows, CSV": (write_csv, "e.csv", None),
    "X archive, zip": (write_archive, "f.zip", 10_000),
}


def bare(path: Path) -> float:
    """Return the CPU seconds of parsing the same bytes and doing nothing with them."""
    began = time.process_time()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            orjson.loads(file.read("data/tweets.js").partition(b"=")[2])
    elif path.suffix == ".csv":
        with path.open(newline="") as stream:
            for _ in csv.reader(stream):
                pass
    else:
        with path.open("rb") as stream:
            for line in stream:
                orjson.loads(line)
    return time.process_time() - began


def imported(path: str, folder: str) -> int:
    """Import one file and return how many posts it held."""
    return ingest(Corpus(Path(folder), MemoryManifest()), recognise(Path(path)), Context.system()).posts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true")
    count = 4_000 if parser.parse_args().small else 40_000
    print(f"{'form':24} {'posts':>8} {'posts/s':>9} {'x orjson':>9} {'memory':>8}  goal")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for form, (write, file_name, goal) in FORMS.items():
            for size in (count, count * 10):
                path = write(folder / file_name, size)
                baseline = bare(path)
                seconds, posts, grown = measured(imported, str(path), str(folder / f"{file_name}.{size}"))
                assert posts == size, (form, posts, size)
                wanted = f">= {goal:,}" if goal else ""
                print(
                    f"{form:24} {posts:8,} {posts / seconds:9,.0f} {seconds / baseline:9.1f} {grown:5.0f} MB  {wanted}"
                )
                path.unlink()
        seconds, _, _ = measured(imported, str(write_v1(folder / "one.jsonl", 1)), str(folder / "one"))
        print(f"an import of one post: {seconds * 1000:.0f} ms, most of it DuckDB's start")
    print(json.dumps({"unit": "CPU seconds of one process, DuckDB's included; x orjson = time over a bare parse"}))


if __name__ == "__main__":
    main()
