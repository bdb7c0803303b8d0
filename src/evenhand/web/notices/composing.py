"""From fields to a letter: standing words filled in, checked, merged, written as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.translation import gettext as _

from evenhand.procedure.notices import NOTICES, NoticeId
from evenhand.web.notices import policy
from evenhand.web.notices.checkpoint_mark import qr_svg
from evenhand.web.notices.letter_text import Facts, Heading, Items, Text, Veil, merge, words_of
from evenhand.web.notices.organisation import Unit
from evenhand.web.notices.wording import LOCALES, Wording, filled, known_locale, wording

Value = str | int | bool | date | datetime
Fields = Mapping[str, Value | Sequence[Value] | None]

FIXED: Final = ("answer", "where_to_take_it", "review_right")
"""Fields of the out-of-scope letter that nobody may word differently (INV-48)."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a letter: when, under which number, how to check it, the code that opens the party's side.

    `checkpoint`: the newest signed checkpoint of the record, or nothing.
    """

    unit: Unit
    number: str
    sent_at: datetime
    check_code: str
    place: str
    code: str = ""
    out_of_scope: bool = False
    withheld: bool = False
    checkpoint: str = ""

    def values(self, locale: str) -> dict[str, str]:
        """Return what standing words and the page around the letter may show."""
        return self.unit.frame() | {
            "number": self.number, "sent_on": day_words(self.sent_at, locale), "check_code": self.check_code,
            "place": self.place, "code": self.code,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter ready to be sealed: its HTML, and the digest of the words it was made from."""

    html: str
    template: str
    text: Text
    first_page: str = field(repr=False)


def compose(
    *, notice: NoticeId, side: str, locale: str, fields: Fields, frame: Frame, own_text: str | None = None
) -> Composed:
    """Return the letter, from the organisation's own text if there is one.

    Raises MissingFields or NotAllowed, naming what is wrong; the caller has stored nothing yet.
    """
    locale = known_locale(locale)
    policy.must_be_sent(notice)
    policy.must_belong(notice, side, fields, out_of_scope=frame.out_of_scope)
    words = wording(notice, locale, frame.unit, out_of_scope=frame.out_of_scope, own_text=own_text)
    values = merged_fields(notice, words, fields, frame, locale)
    policy.must_be_complete(notice, values, out_of_scope=frame.out_of_scope, withheld=frame.withheld)
    policy.must_be_plain(values, locale)
    around = {name: (value,) if value else () for name, value in frame.values(locale).items()}
    text = merge(words.source, {**around, **values})
    html, first_page = _rendered(text, frame, locale)
    policy.must_fit(notice, first_page)
    return Composed(html, words.digest(), text, first_page)


def merged_fields(
    notice: NoticeId, words: Wording, fields: Fields, frame: Frame, locale: str
) -> dict[str, tuple[str, ...]]:
    """Return every field of the notice as texts: the caller's, else the standing words, else nothing.

    A field that was given empty stays empty: standing words never hide that somebody left it out.
    """
    spec = NOTICES[notice]
    given = {name: value for name, value in fields.items() if not (frame.out_of_scope and name in FIXED)}
    around = frame.values(locale)
    values = {}
    for name in (*spec.mandatory, *spec.optional):
        if name not in given:
            values[name] = filled(words.standing.get(name, ()), around)
        elif isinstance(value := given[name], bool):
            values[name] = filled(words.standing.get(f"{name}_{'yes' if value else 'no'}", ()), around)
        else:
            values[name] = texts(value, locale)
    return values


def texts(value: Value | Sequence[Value] | None, locale: str) -> tuple[str, ...]:
    """Return a field's value as texts in a language; empty ones are left out."""
    if value is None:
        return ()
    each = [value] if isinstance(value, str | int | date) else value
    return tuple(found for one in each if (found := _text(one, locale)))


def _text(value: Value, locale: str) -> str:
    if isinstance(value, datetime):
        return moment_words(value, locale)
    if isinstance(value, date):
        return day_words(value, locale)
    return _printable(str(value)).strip()


def _printable(text: str) -> str:
    """Return the text without control characters, which could hide or turn round what stands beside them."""
    return "".join(letter for letter in text if letter == "\n" or (letter.isprintable() and letter not in _TURNING))


# Marks that turn the direction of what follows; a letter must read as it is stored.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DAY: Final = MappingProxyType({"en": "j F Y", "de": "j. F Y"})


def day_words(when: date | datetime, locale: str) -> str:
    """Return a day in words of a language."""
    known = known_locale(locale)
    with translation.override(known):
        day = when.astimezone(UTC).date() if isinstance(when, datetime) else when
        return str(formats.date_format(day, _DAY[known]))


def moment_words(when: datetime, locale: str) -> str:
    """Return a moment in words of a language, with its zone."""
    return f"{day_words(when, locale)}, {when.astimezone(UTC):%H:%M} UTC"


def other_languages(frame: Frame, locale: str) -> list[tuple[str, str]]:
    """Return (language, how to read this letter in it), each in its own words: nobody must guess what a letter says.

    A register knows no language, so the first letter may be in the wrong one. Nothing where no case stands behind it.
    """
    return [(other, _how_to_read(frame, other)) for other in LOCALES if other != locale and frame.number]


def _how_to_read(frame: Frame, locale: str) -> str:
    around = frame.values(locale)
    said = {"address": around["site"] + around["place"], "telephone": around["telephone"]}
    with translation.override(locale):
        if not said["telephone"]:
            return _("In English: open %(address)s with your code.") % said
        # Translators: read by somebody who does not understand the letter it stands on; name your own language.
        return _("In English: open %(address)s with your code, or ring %(telephone)s.") % said


def _rendered(text: Text, frame: Frame, locale: str) -> tuple[str, str]:
    """Return the letter's HTML, and all the words of its first page if it has a front sheet."""
    around, others = frame.values(locale), other_languages(frame, locale)
    shown = {"text": text, "locale": locale, "others": others, "front": _shown(text.front), "body": _shown(text.body)}
    with translation.override(locale):
        if frame.checkpoint:
            square = qr_svg(frame.checkpoint, _("The same lines as a square that a telephone reads"))
            shown |= {"checkpoint": frame.checkpoint.rstrip("\n"), "square": square}
        html = render_to_string("notices/letter.html", around | shown)
    head = (*(around[name] for name in ("organisation", "number", "sent_on", "site", "code")), *(w for _l, w in others))
    return html, words_of(f"{' '.join(head)}\n{text.title}", text.front)


def _shown(blocks: Sequence[object]) -> list[tuple[str, object]]:
    """Return (kind, block) for the template, which cannot ask for a class."""
    kinds = {Heading: "heading", Items: "items", Facts: "facts", Veil: "veil"}
    return [(kinds.get(type(block), "paragraph"), block) for block in blocks]
