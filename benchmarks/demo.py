"""The demonstration: how fast it is written, whether time and memory grow in proportion, and what the screener finds.

    .venv/bin/python benchmarks/demo.py [--small]

Prints posts/s, the ratio of times for ten times the posts (10 is linear) with the growth of peak memory, and
per kind of generated post the share that is flagged or not read. The kinds are the generator's own truth:
invented texts, which the detector was not made for; the figures show gaps, not accuracy.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path

from evenhand.context import Context
from evenhand.demo import HARMFUL, DemoFiles, generate
from evenhand.posts import read
from evenhand.screening import Screener

NOW = datetime(2026, 6, 1, 6, 30, tzinfo=UTC)


def main() -> None:
    few = 2_000 if "--small" in sys.argv else 20_000
    with tempfile.TemporaryDirectory() as folder:
        small, first = timed(Path(folder) / "few", few)
        before = peak_mib()
        _large, second = timed(Path(folder) / "many", 10 * few)
        print(f"written: {few / first:,.0f} posts/s; ten times the posts take {second / first:.1f} times as long")
        print(f"peak memory {peak_mib()} MiB, {peak_mib() - before} MiB more than for a tenth")
        screened(small)


def timed(folder: Path, posts: int) -> tuple[DemoFiles, float]:
    began = time.perf_counter()
    return generate(folder, ctx=Context.repeatable("bench", NOW), posts=posts), time.perf_counter() - began


def peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def screened(demo: DemoFiles) -> None:
    truth = {line["record_key"]: line["kind"] for line in map(json.loads, demo.truth.read_bytes().splitlines())}
    posts = [post for export in demo.exports for post in read(export.path)]
    own = [post for post in posts if post.relation not in ("repost", "like") and post.text_norm is not None]
    verdicts = Screener().screen([post.text_norm or "" for post in own])
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for post, verdict in zip(own, verdicts, strict=True):
        counted[truth[post.record_key]].update(all=1, flagged=bool(verdict.flags), unread=bool(verdict.abstained))
    for kind, found in sorted(counted.items(), key=lambda each: (each[0] not in HARMFUL, -each[1]["all"])):
        meant = "harmful" if kind in HARMFUL else "to pass"
        share, unread = found["flagged"] / found["all"], found["unread"] / found["all"]
        print(f"{meant}  {kind:18}{found['all']:7,}  flagged {share:6.1%}  not read {unread:6.1%}")


if __name__ == "__main__":
    main()
