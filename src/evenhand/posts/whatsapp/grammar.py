"""How a message begins: date, time and name, in whichever order and with whichever marks the phone wrote them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069]*"
_SPACE = "[ \u00a0\u202f]"
_HEADER: Final = re.compile(
    f"(?P<marks>{_MARKS})(?P<open>\\[?)"
    r"(?P<a>\d{1,4})(?P<dash>[/.\-])(?P<b>\d{1,2})(?P=dash)(?P<c>\d{1,4})"
    f"(?P<between>,?{_SPACE}(?:klo{_SPACE})?)"
    r"(?P<hour>\d{1,2})(?P<colon>[:.])(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d))?"
    f"(?:{_SPACE}?(?P<period>[^\\W\\d]{{1,10}}(?:\\.?{_SPACE}?[^\\W\\d]{{1,3}})?\\.?))?"
    f"(?P<close>\\]|{_SPACE}-){_SPACE}"
)
_AM: Final = frozenset({"am", "vorm", "πμ", "上午", "午前", "오전", "ص"})
_PM: Final = frozenset({"pm", "nachm", "μμ", "下午", "午後", "오후", "م"})
_LONGEST: Final = 200


class Header(NamedTuple):
    """The start of a line that may be that of a message."""

    parts: tuple[int, int, int]  # the date, in the order of the file
    wide: bool  # the first part has four digits: it is the year
    clock: tuple[int, int, int]
    period: str | None  # am, pm, or "?" for words we do not know
    grammar: tuple[str, ...]  # what is the same in all headers of one file
    length: int  # letters of the line that belong to the header
    raw: str  # date and time as the file has them


def header_of(line: str) -> Header | None:
    """Return the header a line begins with; None if it begins otherwise."""
    match = _HEADER.match(line[:_LONGEST])
    if match is None or (match["open"] == "[") != (match["close"] == "]"):
        return None
    clock = (int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    if clock[0] > 24 or clock[1] > 59 or clock[2] > 60:
        return None
    period = _period(match["period"])
    shape = (match["open"], match["dash"], match["between"].strip(), match["colon"])
    more = (
        "second" * bool(match["second"]),
        "period" * bool(period),
        f"year {len(match['a']) == 4} {len(match['c']) == 4}",
    )
    raw = line[match.end("open") : match.start("close")].strip()
    return Header(
        (int(match["a"]), int(match["b"]), int(match["c"])),
        len(match["a"]) == 4,
        clock,
        period,
        (*shape, *more),
        match.end(),
        raw,
    )


def _period(words: str | None) -> str | None:
    if not words:
        return None
    letters = "".join(letter for letter in words.lower() if letter.isalpha())
    return "am" if letters in _AM else "pm" if letters in _PM else "?"


# What phones write where a message is gone, was changed, or was something else than text: a table per language.
# Unknown words stay text.
DELETED: Final = (
    "this message was deleted",
    "you deleted this message",
    "diese nachricht wurde gelöscht",
    "du hast diese nachricht gelöscht",
    "ce message a été supprimé",
    "vous avez supprimé ce message",
    "se eliminó este mensaje",
    "eliminaste este mensaje",
    "questo messaggio è stato eliminato",
    "dit bericht is verwijderd",
)
EDITED: Final = (
    "<this message was edited>",
    "<diese nachricht wurde bearbeitet.>",
    "<ce message a été modifié>",
    "<se editó este mensaje.>",
)
OMITTED: Final = (
    "<media omitted>",
    "<medien ausgeschlossen>",
    "<médias omis>",
    "<multimedia omitido>",
    "image omitted",
    "video omitted",
    "audio omitted",
    "sticker omitted",
    "gif omitted",
    "document omitted",
    "bild weggelassen",
    "video weggelassen",
    "audio weggelassen",
    "sticker weggelassen",
    "dokument weggelassen",
)
ATTACHED: Final = re.compile(
    r"(?:<(?:attached|anhang|pièce jointe|adjunto): (?P<boxed>[^<>\n]{1,200})>"
    r"|(?P<named>[^\n]{1,200}?) \((?:file attached|datei angehängt|fichier joint|archivo adjunto)\))",
    re.IGNORECASE,
)
MARKS: Final = re.compile(_MARKS)
