"""The refusals of cases that a page answers with 409: the case moved, a note is missing, the procedure says no."""

from __future__ import annotations

from typing import Final

from django.db import DatabaseError, IntegrityError
from django.utils.translation import gettext as _

from evenhand.errors import DoesNotHold, UsageError

_RAISED: Final = "P0001"


def by_database(error: DatabaseError) -> bool:
    """Return whether a constraint or a trigger refused a row, not whether the program asked something senseless.

    SQLite raises one error for both; PostgreSQL gives what a trigger raises a state of its own.
    """
    return isinstance(error, IntegrityError) or getattr(error.__cause__, "sqlstate", None) == _RAISED


class Refused(UsageError):
    """The procedure does not allow this step here, now, by this person; the words say what is missing."""


class Stale(DoesNotHold):
    """The case moved on since the page was opened. Nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody else has moved this case since you opened the page."),
            mend=_("Open it again: nothing of yours was saved."),
        )


class Unfiled(DoesNotHold):
    """A contact with this person about the case is flagged and not filed yet (INV-11)."""

    def __init__(self) -> None:
        super().__init__(
            _("A contact about this case is known, and your note of it is missing."),
            mend=_("File the note first: who, when, how, what was asked, what you answered. It takes ten seconds."),
        )


class NotTaken(DoesNotHold):
    """The database refused what no page foresaw: its own guards keep the promise, and nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            _("The record did not take this step. Nothing of yours was saved."),
            mend=_("Open the case again. If it happens twice, tell the case keeper at which step."),
        )


class NobodyLeft(UsageError):
    """Nobody in the frozen pool can be drawn for the seat; the case keeper has the case now."""
