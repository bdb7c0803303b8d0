"""The least that a goal's operation costs on this machine without our code: what no mending of ours goes below.

The goals were set where a durable write takes 3 ms. Where it takes 0.3 ms, what it is compared with is so fast that the
database's own work, or writing 64 KiB instead of 200 bytes, is the larger part.
"""

from __future__ import annotations

import io
import mmap
import os
import statistics
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LEAF = 260  # bytes of a leaf with one commitment
CHUNK = 16 * 1024


def rows_alone(store: Any, count: int) -> float:
    """Return transactions a second of SQLite with the rows that one append changes, and nothing computed."""
    rates = []
    for turn in range(3):
        began = time.perf_counter()
        for number in range(turn * count, (turn + 1) * count):
            store.db.execute("BEGIN IMMEDIATE")
            store.db.execute("SELECT size, frontier FROM ledger_head").fetchone()
            idx, width = divmod(number, 256)
            store.db.execute("SELECT hashes FROM ledger_tile WHERE level = 0 AND idx = ?", (idx,)).fetchone()
            store.db.execute("INSERT INTO ledger_entry VALUES (?, ?, ?)", (number, bytes(32), bytes(LEAF)))
            store.db.execute("INSERT OR REPLACE INTO ledger_tile VALUES (0, ?, ?)", (idx, bytes(32 * (width + 1))))
            store.db.execute("INSERT OR REPLACE INTO ledger_head VALUES (1, ?, ?)", (number + 1, bytes(160)))
            store.db.execute("COMMIT")
        rates.append(count / (time.perf_counter() - began))
    return statistics.median(rates)


def nodes_alone(count: int) -> None:
    """Hash so many times the twenty nodes of a proof, and check nothing: no slower language of ours can do less."""
    siblings = [os.urandom(32)] * 20
    for _ in range(count):
        node = siblings[0]
        for sibling in siblings:
            node = sha256(b"\x01" + sibling + node).digest()


def in_turns(works: Sequence[Callable[[], object]], turns: int = 25) -> list[float]:
    """Return the median processor time of each piece of work, one after the other, again and again.

    What another program costs all of them at that moment changes no ratio between them.
    """
    times: list[list[float]] = [[] for _ in works]
    for _ in range(turns):
        for work, found in zip(works, times, strict=True):
            began = time.process_time()
            work()
            found.append(time.process_time() - began)
    return [statistics.median(found) for found in times]


def files_alone(folder: Path, count: int) -> float:
    """Return a second's durable writes of 64 KiB: write, fsync, link, fsync of the folder; nothing sealed or hashed."""
    folder.mkdir()
    data, rates = os.urandom(64 * 1024), []
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for turn in range(3):
        began = time.perf_counter()
        for number in range(count):
            half = folder / f"{turn}-{number}.half"
            with half.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(half, folder / f"{turn}-{number}")
            os.fsync(descriptor)
            half.unlink()
        rates.append(count / (time.perf_counter() - began))
    os.close(descriptor)
    return statistics.median(rates)


def sealing_alone(folder: Path, mib: int, flags: int = getattr(os, "O_DIRECT", 0)) -> float:
    """Return processor seconds of hashing, sealing in the format's 16-KiB chunks, and writing so many MiB.

    `flags`: how the file is opened; past the system's cache unless told otherwise.
    """
    block, cipher, nonce, digest = memoryview(bytes(1 << 20)), AESGCM(bytes(32)), bytes(12), sha256()
    out = mmap.mmap(-1, 1 << 20)
    began = time.process_time()
    descriptor = os.open(folder / "alone", os.O_WRONLY | os.O_CREAT | flags)
    for _ in range(mib):
        digest.update(block)
        for start in range(0, 1 << 20, CHUNK):
            # The tag of 16 bytes is left out here: a block is as long as the disk wants it.
            out[start : start + CHUNK] = cipher.encrypt(nonce, block[start : start + CHUNK], None)[:CHUNK]
        os.write(descriptor, out)
    os.fsync(descriptor)
    os.close(descriptor)
    took = time.process_time() - began
    (folder / "alone").unlink()
    return took


def picture_with_words() -> bytes | None:
    """Return a PNG with a line of words for whoever reads pictures, or None without pillow."""
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        return None
    picture, out = Image.new("L", (640, 120), 255), io.BytesIO()
    ImageDraw.Draw(picture).text((20, 40), "You will hear from us, said the letter.", fill=0, font_size=28)
    picture.save(out, "PNG")
    return out.getvalue()
