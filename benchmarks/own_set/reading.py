"""The own set as rows: posts with what both labelling passes agree on, and the agreement itself."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
KEYS = ("abuse", "threat", "incivility", "frame", "target")


@dataclass(frozen=True, slots=True)
class OwnPost:
    """One post. A label is None where the two passes differ: it then counts for nothing."""

    id: str
    text: str
    abuse: bool | None
    threat: bool | None
    incivility: bool | None
    frame: str | None
    target: str | None


def texts() -> dict[str, str]:
    """Return the posts by id, in the order of the file."""
    lines = (FOLDER / "posts.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row["text"] for row in map(json.loads, lines)}


def labels(name: str) -> dict[str, dict[str, str]]:
    """Return the labels of one pass ("a" or "b") by id."""
    with (FOLDER / f"labels_{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: {key: row[key] for key in KEYS} for row in csv.DictReader(file)}


def own_posts() -> list[OwnPost]:
    """Return the posts with the labels on which both passes agree."""
    one, other = labels("a"), labels("b")
    posts = []
    for number, text in texts().items():
        agreed = {key: one[number][key] if one[number][key] == other[number][key] else None for key in KEYS}
        flags = {key: None if agreed[key] is None else agreed[key] == "1" for key in KEYS[:3]}
        posts.append(OwnPost(number, text, **flags, frame=agreed["frame"], target=agreed["target"]))
    return posts


def kappa(one: Sequence[str], other: Sequence[str]) -> float:
    """Return Cohen's kappa of two equally long lists of labels; 1 where both give one and the same label."""
    size = len(one)
    same = sum(a == b for a, b in zip(one, other, strict=True)) / size
    left, right = Counter(one), Counter(other)
    chance = sum(left[label] * right[label] for label in left) / size**2
    return 1.0 if chance == 1 else (same - chance) / (1 - chance)


def agreement() -> dict[str, tuple[float, float]]:
    """Return per key Cohen's kappa and the plain share of equal labels."""
    one, other = labels("a"), labels("b")
    found = {}
    for key in KEYS:
        left, right = [one[n][key] for n in one], [other[n][key] for n in one]
        found[key] = kappa(left, right), sum(a == b for a, b in zip(left, right, strict=True)) / len(left)
    return found


def main() -> None:
    """Print how many posts carry each label and how far the passes agree."""
    posts = own_posts()
    print(f"{len(posts)} posts")
    for key, (value, same) in agreement().items():
        yes = sum(getattr(post, key) is True for post in posts)
        print(f"{key:11} kappa {value:.3f}, equal {same:.3f}" + (f", agreed 1: {yes}" if key in KEYS[:3] else ""))


if __name__ == "__main__":
    main()
