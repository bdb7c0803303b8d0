"""How fast the platforms' exports are read, beside a bare orjson pass; and that memory stays flat.

    python benchmarks/ingest_platforms.py [--small | --large [--mib N] | --huge] [--form NAME]

Each is read twice, once ten times as large. `--large` imports 1 GiB (or N MiB, unpacked) of each to Parquet instead;
`--huge` 20 GB of JSON lines, for which it needs 25 GB of disk and an hour. Goal (FORMATS §5): memory growth of at most
300 MB on any input. The ratio is what can be compared between machines: time over a bare orjson pass over the same
bytes; for a mailbox, over the standard library's mail parser.
"""

from __future__ import annotations

import argparse
import gzip
import io
import shutil
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import compat32
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import zstandard

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.fixtures.make_bluesky import balanced_car, event
from tests.fixtures.make_exports import (
    MAIL,
    comment,
    dc_message,
    miswritten,
    note,
    sl_message,
    status,
    tg_message,
    thing,
)

from _apart import measured
from evenhand.context import Context
from evenhand.corpus import Corpus, MemoryManifest, ingest
from evenhand.posts import Choices, Report, recognise

CHOICES = Choices(timezone="Europe/Berlin")
WORDS = "the plan for the new hall is late again and nobody told the members, you muppet, they said "


def unlike(number: int) -> str:
    """Return letters that no packing makes much shorter: a GiB of words that only repeat looks like a bomb."""
    return sha256(str(number).encode()).hexdigest()


def lines(path: Path, made: Iterator[Any]) -> Path:
    with path.open("wb") as stream:
        for value in made:
            stream.write(orjson.dumps(value) + b"\n")
    return path


def jetstream(path: Path, count: int, described: int = 0) -> Path:
    """Write posts, each with a link to a page that is described in so many words."""
    record = {"$type": "app.bsky.feed.post", "text": WORDS * 3, "createdAt": "2023-07-01T09:00:00.000Z"}
    if described:
        page = {"uri": "https://example.org/hall", "title": "The hall", "description": WORDS * described}
        record |= {"embed": {"$type": "app.bsky.embed.external", "external": page}}
    return lines(path, (event("create", f"3jzfcij{n:06d}"[-13:], record=record) for n in range(count)))


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
            at = datetime(2020, 1, 31, 9, tzinfo=UTC) + timedelta(minutes=number // 40)
            stream.write(f"{at:%d/%m/%y, %H:%M} - Sam {number % 9}: {WORDS}\nmore\n")
    return path


def mailbox(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        for number in range(count):
            body = MAIL.replace(b"<1@", b"<%d@" % number).replace(b"\r\n", b"\n")
            stream.write(b"From a@example.org Mon Jan  1 09:00:00 2024\n" + body + b"\n")
    return path


def mastodon_archive(path: Path, count: int) -> Path:
    plain = outbox(path.with_suffix(".json"), count)
    with tarfile.open(path, "w:gz", compresslevel=1) as tar:
        tar.add(plain, "outbox.json")
    plain.unlink()
    return path


def instagram(path: Path, count: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("post_comments_1.json", "w") as stream:
        stream.write(b"[")
        for number in range(count):
            said = {"Comment": {"value": miswritten(f"blå {WORDS}{unlike(number)}")}, "Media Owner": {"value": "b"}}
            item = {"string_map_data": said | {"Time": {"timestamp": 1_600_000_000 + number}}}
            stream.write(b"," * bool(number) + orjson.dumps(item))
        stream.write(b"]")
    return path


def discord(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        stream.write(b'{"guild":{"id":"1","name":"G"},"channel":{"id":"2","type":"GuildTextChat"},"messages":[')
        for number in range(count):
            stream.write(b"," * bool(number) + orjson.dumps(dc_message(number, content=WORDS * 2)))
        stream.write(b'],"messageCount":%d}' % count)
    return path


_MESSAGES_A_DAY = 500


def slack(path: Path, count: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("channels.json", '[{"id":"C1","name":"general"}]')
        file.writestr("users.json", '[{"id":"U1","team_id":"T1","name":"sam"}]')
        for day in range(0, count, _MESSAGES_A_DAY):
            numbers = range(day, min(day + _MESSAGES_A_DAY, count))
            told = [sl_message(f"{1_600_000_000 + n}.000001", text=f"{WORDS * 2}{unlike(n)}") for n in numbers]
            file.writestr(f"general/{day:09d}.json", orjson.dumps(told))
    return path


def tiktok(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        stream.write(b'{"Activity":{"Like List":{"ItemFavoriteList":null}},"App Settings":{},"Comment":{"Comments":')
        stream.write(b'{"CommentsList":[')
        for number in range(count):
            item = {"date": "2024-01-01 09:00:00", "comment": f"{WORDS}{number}", "photo": "N/A", "url": ""}
            stream.write(b"," * bool(number) + orjson.dumps(item))
        stream.write(b"]}}}")
    return path


def repository(path: Path, count: int) -> Path:
    with path.open("wb") as stream:
        stream.writelines(balanced_car(count, WORDS * 2))
    return path


FORMS: dict[str, tuple[Callable[[Path, int], Path], str]] = {
    "Facebook, zip": (facebook, "e.zip"),
    "mailbox": (mailbox, "h.mbox"),
    "Telegram, JSON": (telegram, "d.json"),
    "Mastodon archive, tar.gz": (mastodon_archive, "k.tar.gz"),
    "Mastodon outbox, JSON": (outbox, "c.json"),
    "Instagram, zip": (instagram, "i.zip"),
    "WhatsApp, text": (whatsapp, "g.txt"),
    "Discord, JSON": (discord, "l.json"),
    "Slack, zip": (slack, "m.zip"),
    "TikTok, JSON": (tiktok, "n.json"),
    "Bluesky CAR": (repository, "o.car"),
    "Bluesky Jetstream": (jetstream, "a.jsonl"),
    "Mastodon API, JSONL": (mastodon, "b.jsonl"),
    "Reddit dump, zst": (reddit, "f.zst"),
}


_WHOLE = 256 << 20  # a document over this is not parsed whole: only to compare would cost gigabytes
_HUGE = 20 * 10**9
_MOST_MB = 300
_BLOCK = 100_000


def bare(path: Path) -> float | None:
    """Return the CPU seconds of parsing the same bytes and doing nothing with them; None where nothing compares."""
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
    elif path.suffix == ".mbox" and path.stat().st_size < _WHOLE:
        parser = BytesParser(policy=compat32)
        for mail in path.read_bytes().split(b"\n\nFrom "):
            parser.parsebytes(mail.partition(b"\n")[2])  # without the rest of the From line
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            if max(entry.file_size for entry in file.infolist()) >= _WHOLE:
                return None
            for entry in file.infolist():
                orjson.loads(file.read(entry))
    else:
        return None
    return max(time.process_time() - began, 1e-6)


def read(path: str) -> int:
    """Read one file and return how many rows it gave."""
    recognised = recognise(Path(path), choices=CHOICES)
    return sum(1 for _ in recognised.reader.rows(recognised.source, Report(path)))


def imported(path: str) -> int:
    """Import one file to Parquet and return how many posts it held."""
    corpus = Corpus(Path(path).with_suffix(".corpus"), MemoryManifest())
    with corpus.writing():
        return ingest(corpus, recognise(Path(path), choices=CHOICES), Context.system()).posts


def unpacked_size(path: Path) -> int:
    if path.suffix == ".gz":
        with gzip.open(path) as stream:
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            return sum(entry.file_size for entry in file.infolist())
    if path.suffix == ".zst":
        with path.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
            return sum(map(len, iter(lambda: stream.read(1 << 20), b"")))
    return path.stat().st_size


def huge(path: Path) -> tuple[Path, int]:
    """Write 20 GB of Jetstream, 2 kB for each post and each with a key of its own; return how many there are."""
    jetstream(path, _BLOCK, described=16)
    block, blocks = path.read_bytes(), 0
    with path.open("wb") as stream:
        while stream.tell() < _HUGE:
            stream.write(block.replace(b"3jzfcij", b"3j%05d" % blocks))
            blocks += 1
    return path, blocks * _BLOCK


def told(form: str, path: Path, rows: int, task: Callable[[str], int] = read) -> bool:
    """Read a file apart, or import it, and print its line; return whether memory stayed within the goal."""
    seconds, found, grown = measured(task, str(path))
    assert found == rows, (form, found, rows)
    mega, parsed = unpacked_size(path) / 1e6, bare(path)
    ratio = f"{seconds / parsed:.1f}" if parsed else "-"
    over = "" if grown <= _MOST_MB else "  OVER THE GOAL"
    print(f"{form:24} {mega:6.0f} {rows:8,} {rows / seconds:9,.0f} {ratio:>9} {grown:5.0f} MB{over}", flush=True)
    return not over


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for size in ("small", "large", "huge"):
        parser.add_argument(f"--{size}", action="store_true")
    parser.add_argument("--mib", type=int, default=1024, help="how large each is with --large")
    parser.add_argument("--form", choices=FORMS, help="read this one only")
    asked = parser.parse_args()
    print(f"{'form':24} {'MB':>6} {'rows':>8} {'rows/s':>9} {'x orjson':>9} {'memory':>8}  goal: <= 300 MB")
    with tempfile.TemporaryDirectory() as name:
        if asked.huge:
            sys.exit(not told("20 GB of JSON lines", *huge(Path(name) / "a.jsonl"), imported))
        held = True
        for form, (write, file_name) in FORMS.items():
            path, sizes = Path(name) / file_name, (2_000, 20_000) if asked.small else (30_000, 300_000)
            if form != (asked.form or form):
                continue
            if asked.large:
                sizes = ((asked.mib << 20) * 2_000 // unpacked_size(write(path, 2_000)),)
            for size in sizes:
                held &= told(form, write(path, size), size, imported if asked.large else read)
                path.unlink()
                shutil.rmtree(path.with_suffix(".corpus"), ignore_errors=True)
    sys.exit(not held)


if __name__ == "__main__":
    main()
