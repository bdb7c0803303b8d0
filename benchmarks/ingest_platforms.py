"""How fast the platforms' exports are read, beside a bare orjson pass; and that memory stays flat.

    python benchmarks/ingest_platforms.py [--small | --large | --huge] [--form NAME]

Each is read twice, once ten times as large. `--large` reads 1 GiB (unpacked) as JSON lines, JSON, zip, .zst and mailbox
instead; `--huge` 20 GB of JSON lines, for which it needs that much disk and half an hour. Goal (FORMATS §5): memory
growth of at most 300 MB on any input. The ratio is what can be compared between machines: time over a bare orjson pass
over the same bytes.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fixtures.make_bluesky import event
from tests.fixtures.make_exports import MAIL, comment, miswritten, note, status, tg_message, thing

from _apart import measured
from evenhand.posts import Report, recognise

WORDS = "the plan for the new hall is late again and nobody told the members, you muppet, they said "


def unlike(number: int) -> str:
    """Return letters that no packing makes much shorter: a GiB of words that only repeat looks like a bomb."""
    return sha256(str(number).encode()).hexdigest()


def lines(path: Path, made: Iterator[Any]) -> Path:
    with path.open("wb") as stream:
        for value in made:
            stream.write(orjson.dumps(value) + b"\n")
    return path


def jetstream(path: Path, count: int) -> Path:
    record = {"$type": "app.bsky.feed.post", "text": WORDS * 3, "createdAt": "2023-07-01T09:00:00.000Z"}
    return lines(path, (event("create", f"3jzfcij{n:06d}"[:13], record=record) for n in range(count)))


def mastodon(path: Path, count: int) -> Path:
    return lines(path, (status(n, f"<p>{WORDS * 3}<br>{n}</p>") for n in range(count)))


def outbox(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        stream.write(b'{"id":"outbox.json","type":"OrderedCollection","orderedItems":[')
        for number in range(count):
            item = {"type": "Create", "object": note(number, f"<p>{WORDS * 3}</p>")}
            stream.write(b"," * bool(number) + orjson.dumps(item))
        stream.write(b"]}")
    return path


def telegram(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        stream.write(b'{"name":"G","type":"private_group","id":5,"messages":[')
        for number in range(count):
            stream.write(b"," * bool(number) + orjson.dumps(tg_message(number + 1, text=WORDS * 3)))
        stream.write(b"]}")
    return path


def facebook(path: Path, count: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("comments.json", "w") as stream:
        stream.write(b'{"comments_v2":[')
        for number in range(count):
            stream.write(
                b"," * bool(number)
                + orjson.dumps(comment(miswritten(f"blå {WORDS}{unlike(number)}"), 1_600_000_000 + number))
            )
        stream.write(b"]}")
    return path


def reddit(path: Path, count: int) -> Path:
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as stream:
        for number in range(count):
            stream.write(orjson.dumps(thing(number, body=WORDS * 2 + unlike(number))) + b"\n")
    return path


def whatsapp(path: Path, count: int) -> Path:
    with path.open("w") as stream:
        for number in range(count):
            minute = number // 40
            stream.write(f"31/01/20, {minute // 60 % 24:02d}:{minute % 60:02d} - Sam {number % 9}: {WORDS}\nmore\n")
    return path


def mailbox(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for number in range(count):
            body = MAIL.replace(b"<1@", b"<%d@" % number).replace(b"\r\n", b"\n")
            stream.write(b"From a@example.org Mon Jan  1 09:00:00 2024\n" + body + b"\n")
    return path


FORMS: dict[str, tuple[Callable[[Path, int], Path], str]] = {
    "Bluesky Jetstream": (jetstream, "a.jsonl"),
    "Mastodon API, JSONL": (mastodon, "b.jsonl"),
    "Mastodon outbox, JSON": (outbox, "c.json"),
    "Telegram, JSON": (telegram, "d.json"),
    "Facebook, zip": (facebook, "e.zip"),
    "Reddit dump, zst": (reddit, "f.zst"),
    "WhatsApp, text": (whatsapp, "g.txt"),
    "mailbox": (mailbox, "h.mbox"),
}


LARGE = ("Bluesky Jetstream", "Mastodon API, JSONL", "Telegram, JSON", "Facebook, zip", "Reddit dump, zst", "mailbox")
_WHOLE = 256 << 20  # a document over this is not parsed whole: only to compare would cost gigabytes
_HUGE = 20 * 10**9
_BLOCK = 100_000


def bare(path: Path) -> float | None:
    """Return the CPU seconds of parsing the same bytes and doing nothing with them; None for what is no JSON."""
    began = time.process_time()
    if path.suffix == ".jsonl":
        with path.open("rb") as stream:
            for line in stream:
                orjson.loads(line)
    elif path.suffix == ".zst":
        with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
            for line in io.BufferedReader(stream):  # type: ignore[type-var]  # it reads as a raw stream does
                orjson.loads(line)
    elif path.suffix == ".json" and path.stat().st_size < _WHOLE:
        orjson.loads(path.read_bytes())
    elif path.suffix == ".zip" and (held := _only_member(path)) is not None:
        orjson.loads(held)
    else:
        return None
    return max(time.process_time() - began, 1e-6)


def _only_member(path: Path) -> bytes | None:
    with zipfile.ZipFile(path) as file:
        entry = file.infolist()[0]
        return file.read(entry) if entry.file_size < _WHOLE else None


def read(path: str) -> int:
    """Read one file and return how many rows it gave."""
    recognised = recognise(Path(path))
    return sum(1 for _ in recognised.reader.rows(recognised.source, Report(path)))


def unpacked_size(path: Path) -> int:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            return sum(entry.file_size for entry in file.infolist())
    if path.suffix == ".zst":
        with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))
    return path.stat().st_size


def huge(path: Path) -> tuple[Path, int]:
    """Write 20 GB of Jetstream, each record with a key of its own; return how many there are."""
    jetstream(path, _BLOCK)
    block, blocks = path.read_bytes(), 0
    with path.open("wb") as stream:
        while stream.tell() < _HUGE:
            stream.write(block.replace(b"3jzfcij", b"3j%05d" % blocks))
            blocks += 1
    return path, blocks * _BLOCK


def told(form: str, path: Path, rows: int) -> None:
    """Read a file apart and print its line."""
    seconds, found, grown = measured(read, str(path))
    assert found == rows, (form, found, rows)
    mega, parsed = unpacked_size(path) / 1e6, bare(path)
    ratio = f"{seconds / parsed:.1f}" if parsed else "-"
    print(f"{form:24} {mega:6.0f} {rows:8,} {rows / seconds:9,.0f} {ratio:>9} {grown:5.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for size in ("small", "large", "huge"):
        parser.add_argument(f"--{size}", action="store_true")
    parser.add_argument("--form", choices=FORMS, help="read this one only")
    asked = parser.parse_args()
    print(f"{'form':24} {'MB':>6} {'rows':>8} {'rows/s':>9} {'x orjson':>9} {'memory':>8}  goal: <= 300 MB")
    with tempfile.TemporaryDirectory() as name:
        if asked.huge:
            told("20 GB of JSON lines", *huge(Path(name) / "a.jsonl"))
            return
        for form, (write, file_name) in FORMS.items():
            path, sizes = Path(name) / file_name, (2_000, 20_000) if asked.small else (30_000, 300_000)
            if form != (asked.form or form) or (asked.large and form not in LARGE):
                continue
            if asked.large:
                sizes = (30_000, (1 << 30) * 2_000 // unpacked_size(write(path, 2_000)))
            for size in sizes:
                told(form, write(path, size), size)
                path.unlink()


if __name__ == "__main__":
    main()
