"""One table of systems: our modes and what pip can install, on the same rows in the same run; speed and memory."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import suites
from _bench import Bench, table
from _measures import figure, macro_f1, share
from evenhand.screening.training.rows import BENIGN_SET

PEERS = ("alt-profanity-check", "hatesonar", "better-profanity", "glin-profanity")
PEER_SCRIPT = Path(__file__).resolve().parent / "_peers.py"
# Mostly ordinary posts, some political, some toxic; lengths as they come.
MIX = ((BENIGN_SET, 4000), ("goemotions", 2400), ("mupid_political", 1200), ("toxic_spans_typed", 400))
MEMORY = """
from evenhand.screening import Screener
Screener({model!r}, fast={fast}).screen(["a lovely day at the harbour", "you idiot"] * 200)
lines = open("/proc/self/status").read().splitlines()
print(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""


@dataclass(frozen=True, slots=True)
class System:
    """A system's flags on the three suites of the table, its speed and memory."""

    name: str
    flags: dict[str, np.ndarray]
    speed: float
    memory: int


def mix(bench: Bench) -> list[str]:
    return [row.text for name, count in MIX for row in bench.rows(name)[:count]]


def suite_rows(bench: Bench) -> dict[str, tuple[list[str], np.ndarray]]:
    """Return texts and truth of the suites that every system is asked."""
    found = {}
    for name in ("hatecheck", "hatemojicheck"):
        rows = [row for row in bench.rows(name) if row.labels.get("hateful") is not None]
        found[name] = [row.text for row in rows], np.array([row.labels["hateful"] >= 0.5 for row in rows])
    rows = [row for row in bench.test_rows(BENIGN_SET)[0] if row.share("presumed_benign") == 1][::4]
    found["benign"] = [row.text for row in rows], np.zeros(len(rows), bool)
    return found


def ours(name: str, bench: Bench, rows: dict[str, tuple[list[str], np.ndarray]], memory: int) -> System:
    flags = {}
    for suite, (texts, _) in rows.items():
        judge = suites.flag_of(*suites.HARM) if suite == "benign" else suites.hate_flag
        flags[suite] = np.array([judge(v) for v in bench.screener.screen(texts)], bool)
    texts = mix(bench)
    bench.screener.screen(texts[:200])
    began = time.perf_counter()
    bench.screener.screen(texts)
    return System(name, flags, len(texts) / (time.perf_counter() - began), memory)


def peer(name: str, python: str, rows: dict[str, tuple[list[str], np.ndarray]]) -> System | str:
    """Return a peer's flags (score at .5, its own meaning), or why it was skipped."""
    texts = [text for found, _ in rows.values() for text in found]
    lines = "\n".join(json.dumps(text) for text in texts)
    done = subprocess.run([python, str(PEER_SCRIPT), name], input=lines, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"{name}: not installed there" if done.returncode == 3 else f"{name}: {done.stderr.strip()[-120:]}"
    head, *scores, end = (json.loads(line) for line in done.stdout.splitlines())
    said = np.array(scores) >= 0.5
    flags, at = {}, 0
    for suite, (found, _) in rows.items():
        flags[suite] = said[at : at + len(found)]
        at += len(found)
    return System(f"{name} {head['version']}", flags, len(texts) / max(end["seconds"], 1e-9), end["rss_mb"])


def systems(benches: dict[str, Bench], memory: dict[str, int], python: str | None) -> Iterator[str]:
    first = next(iter(benches.values()))
    rows = suite_rows(first)
    found = [ours(name, bench, rows, memory[name]) for name, bench in benches.items()]
    skipped = []
    for name in PEERS:
        got = peer(name, python, rows) if python else f"{name}: no --peers PYTHON given"
        if isinstance(got, str):
            skipped.append(got)
        else:
            found.append(got)
    lines = [_line(one, rows) for one in found]
    head = (
        "system", "HateCheck macro-F1", "accuracy", "HatemojiCheck macro-F1", "benign flagged", "posts/s", "memory MB",
    )  # fmt: skip
    yield from table("Systems in this run", head, lines)
    yield "\nPosts a second on this run's machine with two threads, over a mix of lengths (peers: over the suites)."
    yield f"{_load()} Compare systems with one another; a figure by itself holds for an idle machine only."
    yield "A peer's score of .5 counts as a flag; peers that look for swearing answer another question than hate."
    if skipped:
        yield f"Skipped: {'; '.join(skipped)}."


def _line(one: System, rows: dict[str, tuple[list[str], np.ndarray]]) -> tuple[str, ...]:
    hate, moji = (str(figure(macro_f1, rows[name][1], one.flags[name])) for name in ("hatecheck", "hatemojicheck"))
    right = f"{(rows['hatecheck'][1] == one.flags['hatecheck']).mean():.3f}"
    benign = str(figure(share, one.flags["benign"].astype(float)))
    return one.name, hate, right, moji, benign, f"{one.speed:,.0f}", str(one.memory)


def _load() -> str:
    return f"Load of the last five minutes: {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors."


def worker_memory(python: str, model: str | None, *, fast: bool) -> int:
    """Return the peak resident memory in MB of a process that screens 400 posts."""
    code = MEMORY.format(model=model, fast=fast)
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) // 1024


def latency(bench: Bench) -> Iterator[str]:
    """One post at a time through the full model."""
    texts = mix(bench)[::40]
    bench.screener.screen(texts[:5])
    times = []
    for text in texts:
        began = time.perf_counter()
        bench.screener.screen([text])
        times.append(1000 * (time.perf_counter() - began))
    lines = [(f"{q} %", f"{np.percentile(times, q):.1f}") for q in (50, 95, 99)]
    yield from table("One post, full model, in process: milliseconds on this run's machine", ("quantile", "ms"), lines)
    yield f"\n{_load()}"


def worse(now: Bench, before: Bench, name: str) -> Iterator[str]:
    """What is worse and better than another model (the gate, or the one shipped before), by suite."""
    lines = []
    for suite in suites.JUDGED.values():
        truth, flags, _, _ = now.columns(suite)
        _, old, _, _ = before.columns(suite)
        new_value, old_value = macro_f1(truth, flags), macro_f1(truth, old)
        word = "worse" if new_value < old_value else ""
        lines.append((suite.name, f"{old_value:.3f}", f"{new_value:.3f}", f"{new_value - old_value:+.3f}", word))
    head = ("suite", name, "full", "difference", "")
    yield from table(f"Against the {name}, by suite (macro-F1)", head, lines)
    yield from _worse_functionalities(now, before, name)


def _worse_functionalities(now: Bench, before: Bench, name: str) -> Iterator[str]:
    rows, verdicts = now.test_rows("hatecheck")
    _, old = before.test_rows("hatecheck")
    found: list[Sequence[str]] = []
    for case in sorted({suites.functionality(row) for row in rows}):
        use = [at for at, row in enumerate(rows) if suites.functionality(row) == case]
        right = [
            float(np.mean([suites.hate_flag(v[at]) == bool(rows[at].labels["hateful"]) for at in use]))
            for v in (verdicts, old)
        ]
        if right[0] < right[1]:
            found.append((case, f"{right[1]:.3f}", f"{right[0]:.3f}"))
    lines = [tuple(line) for line in found] or [("none", "", "")]
    yield from table(
        f"HateCheck functionalities on which the full model is worse than the {name}",
        ("functionality", name, "full"),
        lines,
    )
