"""The refusals of cases that a page answers with 409: the case moved, a note is missing, the procedure says no."""

from __future__ import annotations

from evenhand.errors import DoesNotHold, UsageError


class Refused(UsageError):
    """The procedure does not allow this step here, now, by this person; the words say what is missing."""


class Stale(DoesNotHold):
    """The case moved on since the page was opened. Nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            "somebody else has moved this case since you opened the page",
            mend="Open it again: nothing of yours was saved.",
        )


class Unfiled(DoesNotHold):
    """A contact with this person about the case is flagged and not filed yet (INV-11)."""

    def __init__(self) -> None:
        super().__init__(
            "a contact about this case is known and your note of it is missing",
            mend="File the note first: who, when, how, what was asked, what you answered. It takes ten seconds.",
        )


class NobodyLeft(UsageError):
    """Nobody in the frozen pool can be drawn for the seat; the case keeper has the case now."""
