"""What an organisation says of itself in letters: read as it is written, refused in words when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.notices.organisation import unit


def written(home: Path, text: str | bytes) -> Home:
    (home / "letters.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return Home(home)


def test_without_a_file_a_letter_still_knows_the_site_and_help(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENHAND_ALLOWED_HOSTS", raising=False)
    found = unit(Home(tmp_path), "en")
    assert (found.site, found.telephone, found.emergency_number) == ("http://localhost:8000", "", "112")
    monkeypatch.setenv("EVENHAND_ALLOWED_HOSTS", "unit.example, other.example")
    assert unit(Home(tmp_path), "en").site == "https://unit.example"


def test_a_language_may_say_it_differently(tmp_path: Path) -> None:
    home = written(
        tmp_path,
        'site = "https://unit.example/"\ntelephone = "1"\n[de]\ntelephone = "2"\nemergency_number = "110"\n'
        '[de.N19]\npolice_route = "Wache"\nsupport = ["a", "b"]\n',
    )
    english, german = unit(home, "en"), unit(home, "de")
    assert (english.telephone, english.emergency_number, dict(english.words)) == ("1", "112", {})
    assert (german.telephone, german.emergency_number, german.site) == ("2", "110", "https://unit.example")
    assert german.words == {"N19": {"police_route": "Wache", "support": ["a", "b"]}}


@pytest.mark.parametrize(
    "text",
    ["no toml", b"\xff", 'en = "x"', "[en]\nN19 = 3", "[en.N19]\npolice_route = 3", "[en.N19]\npolice_route = [1]"],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UsageError, match=r"letters\.toml"):
        unit(written(tmp_path, text), "en")
