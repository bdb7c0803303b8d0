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


def test_in_english_each_stands_with_its_code(check: Callable[..., Any], odd: Path) -> None:
    assert [line for line in printed(check, odd, "en") if ";jp:" in line] == [
        "  data/tweets.js;jp:/1: id_missing",
        "  data/tweets.js;jp:/3: record_malformed",
        "  data/tweets.js;jp:/4: id_missing",
    ]
