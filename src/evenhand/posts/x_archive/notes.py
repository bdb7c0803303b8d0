"""Long posts: the tweet is cut, its whole text lies in another member, under another id."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any, Final

from evenhand.posts.json_bytes import record_sha256
from evenhand.posts.reader import Report
from evenhand.posts.reading_form import NORM_VERSION, read_text
from evenhand.posts.record import Row
from evenhand.posts.times import SECOND, iso_time
from evenhand.posts.x_archive.members import Element

_CUT: Final = re.compile(r"\s?…\s*https?://t\.co/\w+\s*\Z")
_APART: Final = 2
_LONG: Final = 200  # a shorter text that ends in `… https://t.co/…` is how people link, not a cut


@dataclass(slots=True)
class _Note:
    element: Element
    us: int
    text: str
    joined: bool = False


class Notes:
    """The long texts of one archive, by second."""

    def __init__(self) -> None:
        self._by_second: dict[int, list[_Note]] = defaultdict(list)
        self._all: list[_Note] = []

    def add(self, element: Element, report: Report) -> None:
        """Take one note, or refuse it if it has no text or no time."""
        note = element.value.get("noteTweet") if isinstance(element.value, dict) else None
        core = note.get("core") if isinstance(note, dict) else None
        text = core.get("text") if isinstance(core, dict) else None
        created = note.get("createdAt") if isinstance(note, dict) else None
        us = iso_time(created).us if isinstance(created, str) else None
        if not isinstance(text, str) or us is None:
            report.refuse(element.full_locator, "record_malformed")
            return
        taken = _Note(element, us, text)
        self._all.append(taken)
        self._by_second[us // SECOND].append(taken)

    def join(self, row: Row) -> bool:
        """Give a cut tweet its whole text if exactly one note fits; else flag it. Return whether it was joined.

        A note fits if it was made within 2 seconds and begins with the text before the `…`. `text_raw`
        stays the cut text as the archive has it; the note is named in `raw_refs`.
        """
        text = row.get("text_norm") or ""
        match = _CUT.search(text)
        if match is None:
            return False
        fitting = self._fitting(row.get("claimed_at"), text[: match.start()])
        if len(fitting) == 1:
            self._give(row, fitting[0])
            return True
        if fitting or len(text) > _LONG:
            row["truncated"], row["truncated_reason"] = True, "x_280"
            row["flags"].append("note_ambiguous" if fitting else "note_missing")
        return False

    def _fitting(self, us: Any, prefix: str) -> list[_Note]:
        if not isinstance(us, int) or not self._all:
            return []
        second = us // SECOND
        near = (note for at in range(second - _APART - 1, second + _APART + 2) for note in self._by_second.get(at, ()))
        return [
            note
            for note in near
            if abs(note.us - us) <= _APART * SECOND and note.text.startswith(prefix) and not note.joined
        ]

    def _give(self, row: Row, note: _Note) -> None:
        note.joined = True
        reading = read_text(note.text, entities=False)
        row["text_norm"], row["norm_version"], row["norm_map"] = reading.norm, NORM_VERSION, None
        row["text_norm_steps"] = [*reading.steps, "note_join"]
        row["mentions"] = []  # their offsets belong to the cut text
        row["raw_refs"] = [
            {
                "source_sha256": row["source_sha256"],
                "member_path": note.element.path,
                "locator": note.element.locator,
                "raw_record_sha256": record_sha256(note.element.value)[0],
            }
        ]

    def report_unjoined(self, report: Report) -> None:
        """Count the notes that gave a tweet its text, and refuse by name those that fitted none."""
        for note in self._all:
            if note.joined:
                report.merged += 1
            else:
                report.refuse(note.element.full_locator, "note_unjoined")
