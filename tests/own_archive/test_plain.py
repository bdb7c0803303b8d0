"""What is printed on the terminal: records that could not be read are told as on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from evenhand.own_archive import Ticks
from evenhand.own_archive.plain import lines
from evenhand.own_archive.words import Words


def printed(check: Callable[..., Any], archive: Path, language: str) -> list[str]:
    with check(archive) as result:
        return list(lines(result, Ticks(), Words(language), page=None, listed=None, short=False))


def test_what_could_not_be_read_is_told_in_german(check: Callable[..., Any], odd: Path) -> None:
    said = [line for line in printed(check, odd, "de") if "data/tweets.js" in line and "jp:" not in line]
    assert [line.partition(" Was zu tun ist: ")[0] for line in said] == [
        "  Bei data/tweets.js, Datensatz 2; data/tweets.js, Datensatz 5. Erwartet: Eine Kennung für den Datensatz.",
        "  Bei data/tweets.js, Datensatz 4. Erwartet: Ein Datensatz, dessen Teile die Form haben, die dieses Format "
        "sonst hat.",
    ]
    assert not any("id_missing" in line or "record_malformed" in line for line in printed(check, odd, "de"))


def test_what_could_not_be_read_is_told_in_english(check: Callable[..., Any], odd: Path) -> None:
    said = [line for line in printed(check, odd, "en") if line.startswith("  At data/tweets.js")]
    assert [line.partition(" Expected: ")[0] for line in said] == [
        "  At data/tweets.js, record 2; data/tweets.js, record 5.",
        "  At data/tweets.js, record 4.",
    ]
    assert all(" What to do: " in line for line in said)
    assert not any("id_missing" in line for line in printed(check, odd, "en"))
