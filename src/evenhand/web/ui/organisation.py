"""Whose site this is: the first line of `organisation.txt` in the home, if somebody wrote one.

A file, not a setting: an organisation names itself once, without touching how its server is started.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest

from evenhand.web.home import Home

MOST_CHARACTERS: Final = 80
_MOST_BYTES = 4096


def organisation_file(home: Home) -> Path:
    """Return where the organisation's name is looked for."""
    return home.root / "organisation.txt"


def organisation_name(home: Home) -> str:
    """Return the first line of the file, without white space around it; "" where there is no usable one.

    Unusable: no plain file, not UTF-8, longer than 80 characters, or with control characters. Never an error:
    a public page must not fail for a badly saved name (`evenhand doctor` says so). Cost: one small read.
    """
    path = organisation_file(home)
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            line = file.read(_MOST_BYTES).split(b"\n", 1)[0]
        name = line.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    usable = len(name) <= MOST_CHARACTERS and not any(unicodedata.category(letter) == "Cc" for letter in name)
    return name if usable else ""


def organisation(_request: HttpRequest) -> dict[str, str]:
    """Return what every template knows as `organisation`; read anew, so that a new name needs no restart."""
    return {"organisation": organisation_name(settings.HOME)}
