"""What an organisation says about itself in letters: `letters.toml` in its home, and the address of its site.

site = "https://complaints.example.org"
telephone = "01 234 5678"
address = "The Complaints Unit, 1 Harbour Road, Quillhaven"
emergency_number = "112"
welfare_mail = "care@example.org"
help = ["A helpline near you: 116 123, day and night"]
language = "en"               # in which the unit writes to somebody who has not chosen one yet
[de]                          # what differs in a language
telephone = "…"
[de.N19]                      # words of its own for a field of a letter
police_route = "…"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.ui.organisation import organisation_name

FILE: Final = "letters.toml"
EMERGENCY: Final = "112"  # reaches help everywhere in the European Union and the United Kingdom
_FACTS: Final = ("site", "telephone", "address", "emergency_number")
_NO_LETTER: Final = frozenset({*_FACTS, "help"})


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit in one language. `telephone` and `address` are "" until somebody wrote them down."""

    name: str
    site: str
    telephone: str
    address: str
    emergency_number: str
    help: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))

    def frame(self) -> dict[str, str]:
        """Return what standing words may mention of the organisation."""
        return {
            "organisation": self.name, "site": self.site, "telephone": self.telephone, "address": self.address,
            "emergency_number": self.emergency_number,
        }  # fmt: skip


def unit(home: Home, locale: str) -> Unit:
    """Return what the organisation says of itself in a language; UsageError if its file cannot be read.

    Cost: two small reads; read anew for each letter, so that a new number needs no restart.
    """
    said = _read(home)
    own = _table(said.get(locale, {}), locale)
    facts = {name: str(own.get(name, said.get(name, ""))).strip() for name in _FACTS}
    return Unit(
        name=organisation_name(home),
        site=(facts["site"] or _site()).rstrip("/"),
        telephone=facts["telephone"],
        address=facts["address"],
        emergency_number=facts["emergency_number"] or EMERGENCY,
        help=_lines(own.get("help", said.get("help", []))),
        words={name: _words(table, f"{locale}.{name}") for name, table in own.items() if name not in _NO_LETTER},
    )


def first_language(home: Home) -> str:
    """Return the language in which the unit writes to somebody who has not chosen one; "" where it named none."""
    return str(_read(home).get("language", "")).strip()


def welfare_mail(home: Home) -> str:
    """Return where word of a call to make is sent; "" where nobody is to be written to."""
    return str(_read(home).get("welfare_mail", "")).strip()


def _read(home: Home) -> dict[str, Any]:
    path = home.root / FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{FILE} cannot be read: {error}", where=str(path), mend="Correct it and try again.") from None


def _table(found: object, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise UsageError(f"[{where}] must be a table", where=FILE, mend="docs/how-to/add-a-notice.md shows one.")
    return found


def _lines(found: object) -> tuple[str, ...]:
    """Return who helps, a line each; UsageError for anything but a list of texts."""
    if not isinstance(found, list) or not all(isinstance(line, str) for line in found):
        raise UsageError("help must be a list of texts", where=FILE)
    return tuple(line.strip() for line in found if line.strip())


def _words(found: object, where: str) -> dict[str, str | list[str]]:
    """Return an organisation's own standing words for one letter: each a text or a list of texts."""
    table = _table(found, where)
    for name, words in table.items():
        if not isinstance(words, str) and not (isinstance(words, list) and all(isinstance(w, str) for w in words)):
            raise UsageError(f"{name} must be a text or a list of texts", where=f"{FILE} [{where}]")
    return table


def _site() -> str:
    """Return the address people reach: the first named host, or this machine."""
    host = os.environ.get("EVENHAND_ALLOWED_HOSTS", "").split(",")[0].strip()
    return f"https://{host}" if host else "http://localhost:8000"
