"""Run inside an environment of its own: what an installable detector says about texts, as JSON lines.

    PYTHON benchmarks/_peers.py NAME < texts.jsonl

Each input line is a JSON string. The first output line is {"version", "load_s", "rss_mb"}, then one score per
text, then {"seconds", "rss_mb"}. Exit code 3: this peer is not installed here. Standard library only.
"""

import importlib.metadata
import json
import sys
import time
from pathlib import Path


def _alt_profanity_check():
    from profanity_check import predict_prob

    return "alt-profanity-check", lambda texts: [float(p) for p in predict_prob(texts)]


def _hatesonar():
    from hatesonar import Sonar

    sonar = Sonar()

    def score(texts):
        found = []
        for text in texts:
            classes = {c["class_name"]: c["confidence"] for c in sonar.ping(text=text)["classes"]}
            found.append(classes["hate_speech"])
        return found

    return "hatesonar", score


def _better_profanity():
    from better_profanity import profanity

    return "better-profanity", lambda texts: [float(profanity.contains_profanity(text)) for text in texts]


def _glin_profanity():
    from glin_profanity import Filter

    found = Filter()
    return "glin-profanity", lambda texts: [float(bool(found.is_profane(text))) for text in texts]


PEERS = {
    "alt-profanity-check": _alt_profanity_check,
    "hatesonar": _hatesonar,
    "better-profanity": _better_profanity,
    "glin-profanity": _glin_profanity,
}


def _memory():
    # Peak of this process alone; getrusage would count the parent it was forked from.
    status = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) // 1024


def main():
    began = time.perf_counter()
    try:
        package, score = PEERS[sys.argv[1]]()
    except ImportError:
        sys.exit(3)
    version = importlib.metadata.version(package)
    texts = [json.loads(line) for line in sys.stdin]
    print(json.dumps({"version": version, "load_s": round(time.perf_counter() - began, 2), "rss_mb": _memory()}))
    began = time.perf_counter()
    for value in score(texts):
        print(json.dumps(value))
    print(json.dumps({"seconds": time.perf_counter() - began, "rss_mb": _memory()}))


if __name__ == "__main__":
    main()
