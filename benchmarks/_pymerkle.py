"""Run inside an environment of its own that holds pymerkle (GPLv3+, so never in ours): its speed on this disk, as JSON.

    PYTHON benchmarks/_pymerkle.py FOLDER LEAVES

Exit code 3: it is not installed there. Standard library and pymerkle only. What it keeps in memory between calls is
emptied before each proof, as ours keeps nothing.
"""

import importlib.metadata
import json
import os
import random
import statistics
import sys
import time
from pathlib import Path


def rate(count, work):
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def measure(folder, leaves):
    from pymerkle import SqliteTree, verify_inclusion

    single = SqliteTree(str(folder / "single.sqlite3"))
    data = [os.urandom(200) for _ in range(200)]
    found = {
        "single": statistics.median(rate(200, lambda: [single.append_entry(each) for each in data]) for _ in "123")
    }
    tree = SqliteTree(str(folder / "bulk.sqlite3"))
    rates = []
    for _ in range(leaves // 1000):
        batch = [os.urandom(200) for _ in range(1000)]
        rates.append(rate(1000, lambda batch=batch: tree.append_entries(batch, 1000)))
    found["bulk"] = statistics.median(rates)
    draw, times = random.Random(1), []
    for _ in range(20):
        index = draw.randrange(leaves) + 1
        tree.cache_clear()
        began = time.perf_counter()
        proof = tree.prove_inclusion(index)
        times.append(time.perf_counter() - began)
    found["proof_p50_s"] = statistics.median(times)
    root, base = tree.get_root(), tree.get_leaf(index)
    found["verify"] = rate(500, lambda: [verify_inclusion(base, root, proof) for _ in range(500)])
    return found


def main():
    try:
        version = importlib.metadata.version("pymerkle")
    except importlib.metadata.PackageNotFoundError:
        sys.exit(3)
    print(json.dumps({"version": version, **measure(Path(sys.argv[1]), int(sys.argv[2]))}))


if __name__ == "__main__":
    main()
