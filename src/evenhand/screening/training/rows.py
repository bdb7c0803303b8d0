"""The labelled rows: reading them, dividing them once, and what each label says about each head."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import orjson

from evenhand.errors import UsageError


class Part(StrEnum):
    """What a row may be used for."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


# Sets that bring their own dev split; every other train or all row is divided by the digest rule.
SETS_WITH_DEV: Final = frozenset(
    {"edos", "toxic_spans_typed", "hatemojibuild", "convabuse", "hatexplain", "measuring_hate_speech_sub", "goemotions"}
)
# In these two a missing hateful or identity_attack label means no.
MISSING_MEANS_NO: Final = frozenset({"edos", "misogyny_eacl21"})
BENIGN_SET: Final = "benign_tweets_tweeteval"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `part` says what it may be used for; spans are code points [begin, end).

    `parent` is the post replied to, where the set has it.
    """

    id: str
    dataset: str
    text: str
    part: Part
    labels: Mapping[str, Any] = field(default_factory=dict)
    orig: Mapping[str, Any] = field(default_factory=dict)
    parent: str | None = None

    def word(self, label: str) -> str | None:
        """Return a label whose value is a word (frame, target), or None if it is unknown."""
        value = self.labels.get(label)
        return value if isinstance(value, str) else None

    def share(self, label: str) -> float | None:
        """Return the label as a share of annotators (0 to 1), or None if it is unknown."""
        value = self.labels.get(label)
        return None if value is None or isinstance(value, list) else float(value)

    @property
    def spans(self) -> list[tuple[int, int]] | None:
        """Return the labelled spans, or None where the set has none."""
        value = self.labels.get("spans")
        return None if value is None else [(int(begin), int(end)) for begin, end in value]


def digest_number(text: str) -> int:
    """Return the SHA-256 of a text as a number: the one source of every division of rows."""
    return int(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), 16)


def part_of(dataset: str, split: str, text: str) -> Part:
    """Return the one part a row belongs to (SCREENING §5, the dev rule)."""
    if dataset in SETS_WITH_DEV and split != "all":
        return Part(split)
    if split == "test":
        return Part.TEST
    if split == "dev":
        return Part.DEV
    return Part.DEV if digest_number(text) % 10 == 0 else Part.TRAIN


def benign_part(text: str) -> Part:
    """Return DEV for the benign tweets whose rows may set thresholds, TEST for those that report."""
    return Part.DEV if digest_number(text) % 4 == 2 else Part.TEST


def folded(text: str) -> str:
    """Return the text in one case with single spaces: equal texts in this sense count as one."""
    return re.sub(r"\s+", " ", text).strip().casefold()


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of one gzipped JSON-lines file.

    Raises UsageError, naming the line, where it cannot be read.
    """
    dataset = path.name.removesuffix(".jsonl.gz")
    try:
        with gzip.open(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                yield _row(dataset, line, f"{path.name}, line {number}")
    except (OSError, EOFError) as error:
        raise UsageError(
            "this is not a readable gzip file.", where=str(path), mend="Fetch the data folder again."
        ) from error


def _row(dataset: str, line: bytes, where: str) -> Row:
    try:
        raw = orjson.loads(line)
        text, labels = raw["text"], raw["labels"]
        part = benign_part(text) if dataset == BENIGN_SET else part_of(dataset, raw["split"], text)
        return Row(str(raw["id"]), dataset, text, part, labels, raw.get("orig") or {}, _parent(raw))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(
            "this row has no text, split and labels.", where=where, mend="Each line needs the shape of data/README."
        ) from error


def _parent(raw: Mapping[str, Any]) -> str | None:
    """Return what was said before, in the one set of dialogues; None elsewhere."""
    context = raw.get("context")
    said = context.get("agent") if isinstance(context, dict) else None
    return said if isinstance(said, str) and said else None


def read_folder(folder: Path, names: Iterable[str] | None = None) -> list[Row]:
    """Return the rows of all (or the named) sets of a folder, in the order of their names."""
    paths = sorted(folder.glob("*.jsonl.gz"))
    if names is not None:
        paths = [path for path in paths if path.name.removesuffix(".jsonl.gz") in set(names)]
    if not paths:
        raise UsageError("no labelled sets are here.", where=str(folder), mend="Name the folder that holds train/.")
    return [row for path in paths for row in read_rows(path)]


def without_evaluation_rows(rows: list[Row], evaluation: Iterable[str]) -> list[Row]:
    """Return the rows that may be used for training or thresholds.

    Dropped are train and dev rows whose folded text is in the evaluation texts or in a test part, and
    train rows that are also a dev row: no text counts twice.
    """
    barred = {folded(text) for text in evaluation}
    barred |= {folded(row.text) for row in rows if row.part is Part.TEST}
    dev = {folded(row.text) for row in rows if row.part is Part.DEV}
    kept = []
    for row in rows:
        key = folded(row.text)
        if row.part is Part.TEST or (key not in barred and (row.part is Part.DEV or key not in dev)):
            kept.append(row)
    return kept
