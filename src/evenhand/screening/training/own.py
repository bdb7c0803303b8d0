"""Our own CC0 sentences as labelled rows: what public sets lack (counter-speech, quotation, threats, criticism)."""

from __future__ import annotations

from typing import Any

from evenhand.screening.own_text import Sentence, sentences
from evenhand.screening.training.rows import Part, Row, part_of

# Plurals that fill {group}, so that every sentence about a group is balanced over groups.
GROUPS = ("muslims", "christians", "jews", "immigrants", "women", "men", "gay people", "disabled people", "pensioners")


def own_rows() -> list[Row]:
    """Return the sentences of all own_text files as labelled rows of the set 'own'.

    They are divided into train and dev by the same digest rule as every set, by the line as written, so that
    no template stands on both sides; the files marked "held out" are for reporting only.
    """
    return [_row(sentence) for sentence in sentences()]


def _row(sentence: Sentence) -> Row:
    labels: dict[str, Any] = dict(sentence.labels)
    if sentence.frame is not None:
        labels["frame"] = sentence.frame
    if sentence.target is not None:
        labels["target"] = sentence.target
    part = Part.TEST if sentence.held_out else part_of("own", "all", sentence.line)
    return Row(sentence.id, "own", sentence.text, part, labels, {"line": f"{sentence.file}-{sentence.number}"})
