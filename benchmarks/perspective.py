"""Measure the scoring service over HTTP: 8 clients at once, beside the same server without scoring; then bulk.

The clients never pause at first, which no real ones do; then they send so many posts a second together, at random
times, and an answer's time is counted from when its post was due.

    python benchmarks/perspective.py [--small] [--clients 8] [--seconds 10]

The server runs in a process of its own on 127.0.0.1; the clients keep their connections, as real ones do. Absolute
times are this machine's; the ratio to the bare handler travels. Texts are made up here.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat
from pathlib import Path

import numpy as np

from evenhand.context import Context
from evenhand.perspective import Service, Settings, keys
from evenhand.perspective.gates import Gate, Gates
from evenhand.perspective.messages import Request, Response, answer
from evenhand.perspective.models import EACH, Detecting, Model, Models
from evenhand.perspective.quota import Allowance
from evenhand.perspective.scorer import Item, Scorer
from evenhand.perspective.server import Server
from evenhand.perspective.store import Store
from evenhand.screening import Screener, Verdict
from evenhand.screening.screener import THREADS

WORDS = """
thank you for the report about the harbour and the meeting tomorrow where we vote on the new budget which I
think is wrong because nobody asked the members you are an idiot a clown and should resign before the rain
""".split()  # noqa: SIM905 a list of forty quoted words reads worse
LONGEST = 1_000  # characters: the mark is for texts up to here
MARK_MS, MARK_BULK = 25, 2_500
RATES = (25, 50, 75, 100, 150, 200)  # posts a second of all clients together


def texts(count: int, longest: int = LONGEST) -> list[str]:
    """Return made-up posts, most of them short as posts are, some up to `longest` characters."""
    draw = random.Random(7)
    lengths = [min(int(draw.lognormvariate(2.6, 0.9)) + 3, longest // 5) for _ in range(count)]
    return [" ".join(draw.choices(WORDS, k=length))[:longest] for length in lengths]


def model(threads: int = EACH) -> Model:
    """Return the shipped detector with every trained head served, whatever its card says by now."""
    screener = Screener(threads=threads)
    (verdict,) = screener.screen(["Thank you all for coming to the meeting."])
    gate = Gate(("en",), 0.5, 0.5, 0.01, 0.3, 0.2, 0.02)
    heads = {head.value: gate for head, score in verdict.scores.items() if score is not None}
    return Model(
        Gates("benchmark", "0.0.0", screener.model_id, screener.calibration_id, heads), Detecting(screener), "-"
    )


class Hollow:
    """A detector that costs nothing: what is left is the service itself."""

    def __init__(self, detector: Detecting) -> None:
        (self.verdict,) = detector.verdicts([Item("Thank you all for coming to the meeting.")])

    def verdicts(self, items: Sequence[Item]) -> list[Verdict]:
        return [self.verdict] * len(items)


def serve(kind: str) -> None:
    """Serve until standard input ends; prints the port and the key."""
    with tempfile.TemporaryDirectory() as folder:
        context = Context.system()
        chosen = model()
        if kind == "hollow":
            chosen = replace(chosen, detector=Hollow(chosen.detector))
        store = Store(Path(folder) / "p.sqlite3")
        service = Service(store, Models(chosen), context, scorer=Scorer(), settings=Settings())
        _, secret = keys.create(service.store, context, "benchmark", Allowance(1_000_000, 1_000_000))
        service.scorer.score(service.models.current.detector, [Item("Good morning to everybody.")])

        def bare(_request: Request) -> Response:
            return answer({"attributeScores": {"TOXICITY": {"summaryScore": {"value": 0.5, "type": "PROBABILITY"}}}})

        server = Server("127.0.0.1", 0, bare if kind == "bare" else service.handle)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], secret, flush=True)
        sys.stdin.read()
        server.shutdown()
        service.close()


def due_times(number: int, clients: int, seconds: float, rate: float | None) -> Iterator[float | None]:
    """Yield the seconds after the start at which a client's posts are due, None for "as soon as it can"."""
    if rate is None:
        yield from repeat(None)
        return
    draw, at = random.Random(f"{number}/{rate}"), 0.0
    while (at := at + draw.expovariate(rate / clients)) < seconds:
        yield at


def measured(
    kind: str, clients: int, seconds: float, posts: list[str], attributes: list[str], rate: float | None = None
) -> tuple[np.ndarray, float]:
    """Return milliseconds of each answer, and answers a second, with that many clients for that long.

    `rate`: posts a second of all clients together; None: each sends as soon as it has its answer.
    """
    command = [sys.executable, __file__, "--serve", kind]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        port, secret = process.stdout.readline().split()
        wanted = {name: {} for name in attributes}
        bodies = [
            json.dumps({"comment": {"text": post}, "requestedAttributes": wanted, "languages": ["en"]})
            for post in posts
        ]
        taken: list[list[float]] = [[] for _ in range(clients)]
        refused: list[int] = []
        start = time.perf_counter()

        def client(number: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
            turn = number
            for due in due_times(number, clients, seconds, rate):
                if due is not None:
                    time.sleep(max(0.0, start + due - time.perf_counter()))
                began = time.perf_counter() if due is None else start + due
                if began >= start + seconds:
                    break
                connection.request("POST", f"/v1alpha1/comments:analyze?key={secret}", bodies[turn % len(bodies)])
                response = connection.getresponse()
                response.read()
                taken[number].append((time.perf_counter() - began) * 1e3)
                if response.status != 200:
                    refused.append(response.status)
                turn += clients
            connection.close()

        threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        process.stdin.close()
    if refused:
        print(f"  {len(refused)} answers were not 200: {sorted(set(refused))}")
    all_taken = np.asarray([one for mine in taken for one in mine])
    return all_taken, len(all_taken) / seconds


def over_http(clients: int, seconds: float, posts: list[str]) -> None:
    bare, bare_rate = measured("bare", clients, seconds / 2, posts, ["TOXICITY"])
    row("bare handler, no scoring", bare, bare_rate, bare)
    hollow, hollow_rate = measured("hollow", clients, seconds / 2, posts, ["TOXICITY"])
    row("service, no model", hollow, hollow_rate, bare)
    single, single_rate = measured("service", 1, seconds / 2, posts, ["TOXICITY"])
    row("one client", single, single_rate, bare)
    scored, rate = measured("service", clients, seconds, posts, ["TOXICITY"])
    row(f"{clients} clients", scored, rate, bare)
    p95 = float(np.percentile(scored, 95))
    print(f"  mark: p95 <= {MARK_MS} ms with {clients} clients: {'holds' if p95 <= MARK_MS else 'DOES NOT HOLD'}")
    quick = 0
    for each in RATES:
        scored, _ = measured("service", clients, seconds, posts, ["TOXICITY"], rate=each)
        p50, p95 = np.percentile(scored, [50, 95])
        print(f"  {clients} clients, {each:3d} posts a second together: p50 {p50:6.1f} ms  p95 {p95:6.1f} ms")
        if p95 > MARK_MS:
            break
        quick = each
    print(f"  p95 <= {MARK_MS} ms with {clients} clients up to {quick} posts a second (steps tried: {RATES})")


def row(name: str, taken: np.ndarray, rate: float, bare: np.ndarray) -> None:
    p50, p95 = np.percentile(taken, [50, 95])
    ratios = p50 / np.percentile(bare, 50), p95 / np.percentile(bare, 95)
    print(f"  {name:<28} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms  worst {taken.max():7.1f} ms  {rate:7.0f} requests/s  "
          f"{ratios[0]:5.1f} and {ratios[1]:5.1f} times bare")  # fmt: skip


def bulk(count: int) -> None:
    found = model(THREADS).detector
    posts = [Item(text) for text in texts(count)]
    began = time.perf_counter()
    found.verdicts(posts)
    alone = count / (time.perf_counter() - began)
    fast = Detecting(Screener(fast=True)) if "fast" in Screener.__init__.__annotations__ else found
    began = time.perf_counter()
    fast.verdicts(posts)
    gated = count / (time.perf_counter() - began)
    print(f"  bulk, full model {alone:7.0f} texts/s; with the gate {gated:7.0f} texts/s ({gated / alone:.1f} times)")
    print(f"  mark: >= {MARK_BULK} texts/s: {'holds' if gated >= MARK_BULK else 'DOES NOT HOLD'}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two seconds and few texts: a smoke test")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--serve", choices=["bare", "hollow", "service"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve)
        return
    seconds = 2.0 if options.small else options.seconds
    posts = texts(500)
    lengths = [len(post) for post in posts]
    print(
        f"Scoring service, {model().gates.model}; texts of {np.median(lengths):.0f} characters, at most {max(lengths)}"
    )
    over_http(options.clients, seconds, posts)
    bulk(300 if options.small else 3_000)


if __name__ == "__main__":
    main()
