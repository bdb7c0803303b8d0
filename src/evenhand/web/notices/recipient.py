"""Whom a letter goes to, as its sender knows them: ids and keys, never a name."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand.procedure.roles import CaseRole
from evenhand.web.notices.words import By
from evenhand.web.record.ids import KeyId, SealedId

_FOLLOW = frozenset({CaseRole.COMPLAINANT, CaseRole.REPORTER})


@dataclass(frozen=True, slots=True)
class Recipient:
    """One side of one case.

    `key`: the data key the letter is sealed under (the case's; before there is one, the submission's or a person's).
    `contact`: the sealed text that holds their e-mail address or postal address; None when there is none.
    `code`: the one-time code that opens their side, when this letter is the one to tell it; it is printed in the
    letter and, by e-mail, in the mail. `code_in_letter` false: in the mail alone, so that whoever opens the letter here
    does not learn it.
    """

    id: str
    side: str
    locale: str
    by: By
    key: KeyId
    contact: SealedId | None = None
    code: str = ""
    code_in_letter: bool = True

    @property
    def place(self) -> str:
        """The address on our site where this side reads its letters."""
        return "/follow" if self.side in _FOLLOW else "/answer"
