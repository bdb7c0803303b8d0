"""What stops a letter: an empty field, one its reader may not have, too long a first page, an internal word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from evenhand.errors import UsageError
from evenhand.procedure.lexicon import internal_words
from evenhand.procedure.notices import (
    FRONT_SHEET_WORDS,
    NOTICES,
    REASONS_FIELDS,
    NoticeId,
    front_sheet_too_long,
    missing,
)

QUOTED: Final = frozenset(
    {
        "allegation_what", "allegation_where", "rule_text", "exact_text_shown", "particulars", "evidence_hashes",
        "exculpatory_evidence", "searches_made", "withheld_gist", "what_was_found", "material", "conduct", "bundle",
    }
)  # fmt: skip
"""Fields that hold words of a post, a rule or a file: they are passed on as they are."""

_QUOTATION: Final = re.compile('“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|»[^«»]*«|"[^"]*"')


class MissingFields(UsageError):
    """A letter lacks what it must say; nothing was stored. `fields` names them."""

    def __init__(self, notice: NoticeId, fields: Iterable[str]) -> None:
        self.notice, self.fields = notice, tuple(fields)
        super().__init__(
            f"the letter {notice.value} lacks what it must say: {', '.join(self.fields)}",
            mend="Fill in these fields, then try again; nothing was sent.",
        )


class NotAllowed(UsageError):
    """A letter was given a field that its reader may not have, or words that no party reads."""


def must_be_sent(notice: NoticeId) -> None:
    """Raise NotAllowed for the notice that exists to say that none is sent (N11)."""
    if not NOTICES[notice].sent:
        raise NotAllowed(f"{notice.value} is never sent: the person reported is not written to when out of scope")


def must_belong(notice: NoticeId, side: str, names: Iterable[str], *, out_of_scope: bool) -> None:
    """Raise NotAllowed for a side the notice does not go to, or a field it does not have.

    Out of scope has neither code nor reasons: all its letters read alike (INV-48).
    """
    spec = NOTICES[notice]
    if side not in {role.value for role in spec.to}:
        raise NotAllowed(f"{notice.value} does not go to this side: {side}")
    allowed = {*spec.mandatory, *spec.optional} - (set(REASONS_FIELDS) if out_of_scope else set())
    if unknown := sorted(set(names) - allowed):
        raise NotAllowed(f"{notice.value} has no field for this: {', '.join(unknown)}")


def must_be_complete(
    notice: NoticeId, values: Mapping[str, tuple[str, ...]], *, out_of_scope: bool, withheld: bool
) -> None:
    """Raise MissingFields, naming each mandatory field that is absent or empty."""
    if lacking := missing(notice, values, out_of_scope=out_of_scope, withheld=withheld):
        raise MissingFields(notice, lacking)


def must_fit(notice: NoticeId, page: str) -> None:
    """Raise NotAllowed if the first page (all its words) is longer than a front sheet may be."""
    if NOTICES[notice].front_sheet and (over := front_sheet_too_long(page)):
        raise NotAllowed(
            f"the first page of {notice.value} has {over} words too many (at most {FRONT_SHEET_WORDS})",
            mend="Say what it is about, the rule and the most that can follow in fewer words.",
        )


def must_be_plain(values: Mapping[str, tuple[str, ...]], locale: str) -> None:
    """Raise NotAllowed if a field uses a word of the procedure that no party reads (§2.6) as its own.

    What stands between quotation marks is somebody else's: a decision must be able to answer it as it was said.
    """
    for name, texts in values.items():
        if name not in QUOTED and (found := internal_words(_QUOTATION.sub("“”", " ".join(texts)), locale)):
            raise NotAllowed(f"'{found[0]}' is a word of the procedure", where=name, mend="Use plain words.")
