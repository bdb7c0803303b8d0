"""Measure the shipped detector on the suites of SCREENING §4.1 and print its model card.

    python benchmarks/screening.py [--small] [--card docs/reference/model-card.md] [--peers PYTHON] [--float DIR]
                                   [--before DIR]

Reads the labelled rows under EVENHAND_SHARED (default ../shared). What it prints is the card; --card also
writes it. Nothing here sets a threshold: those are fixed on dev rows when the detector is trained. --peers
names an interpreter whose environment holds other detectors; --float a folder with the same model in float
weights, as `evenhand train` leaves it; --before the package of an older model, to compare with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import _quality
import _robust
import _systems
from _bench import SHARED, SMALL_STEP, Bench
from _card import HEAD, after, before
from evenhand.screening import Screener
from evenhand.screening.model import shipped

Part = Callable[[Bench], Iterator[str]]
QUALITY: tuple[Part, ...] = (
    _quality.judged,
    _quality.ranked,
    _quality.functionalities,
    _quality.multilingual,
    _quality.benign,
    _quality.gates,
    _quality.queue,
    _quality.threats,
    _quality.civic,
    _quality.held_out,
    _quality.spans,
)
ROBUST: tuple[Part, ...] = (_robust.attacks, _robust.swaps, _robust.batches)


def report(options: argparse.Namespace) -> Iterator[str]:
    step = SMALL_STEP if options.small else options.every
    full = Bench(Screener(), step=step)
    gate = Bench(Screener(shipped().model.id), step=step)
    yield HEAD
    if step > 1:
        yield f"\nThis run took every {step}th row of each set: intervals are wider for it."
    yield from before(full.screener.package, SHARED / "data")
    for part in QUALITY:
        yield from part(full)
    yield from _systems.worse(full, gate, "linear gate")
    if options.before:
        before_ = Bench(Screener(options.before.name, models=options.before.parent), step=step)
        yield from _systems.worse(full, before_, "model before")
        yield f"\nThe model before is `{options.before.name}` with its own thresholds and today's rules."
        yield from _quality.own_posts_against(full, before_)
    for part in ROBUST:
        yield from part(full)
    yield from _robust.float_weights(full, options.float)
    yield from _systems.latency(full)
    benches = {"full": full, "fast (gate, then full)": Bench(Screener(fast=True), step=step), "gate": gate}
    memory = {
        name: _systems.worker_memory(
            sys.executable, shipped().model.id if name == "gate" else None, fast="fast" in name
        )
        for name in benches
    }
    yield from _systems.systems(benches, memory, options.peers)
    yield from after()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="every twelfth row: a smoke test, not a card")
    parser.add_argument("--every", type=int, default=1, help="take every Nth row of each set; the card says so")
    parser.add_argument("--card", type=Path, help="also write what is printed to this file")
    parser.add_argument("--peers", help="an interpreter whose environment holds other detectors")
    parser.add_argument("--float", type=Path, help="a folder with the same model in float weights")
    parser.add_argument("--before", type=Path, help="the package of an older model, in a folder named by its id")
    options = parser.parse_args()
    if not (SHARED / "data").is_dir():
        print(f"skipped: no labelled rows in {SHARED / 'data'} (set EVENHAND_SHARED).")
        return
    if options.before and options.before.resolve().name == Screener().package.model.id:
        parser.error("--before names the model that is shipped: it would be compared with itself; name an older one")
    lines = []
    for line in report(options):
        print(line, flush=True)
        lines.append(line)
    if options.card and not options.small:
        options.card.parent.mkdir(parents=True, exist_ok=True)
        options.card.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
