"""The one error tree. Every refusal says what is wrong, where, and how to mend it.

EvenhandError
├── UsageError      the question or the input is not usable          exit 2
│   └── Ambiguous   several answers fit; the message is the question exit 2
├── DoesNotHold     a check ran and contradicts                      exit 1
└── Unverifiable    something needed for the check is missing        exit 4
"""

from __future__ import annotations


class EvenhandError(Exception):
    """A refusal a person can read: `what` happened, `where`, and how to `mend` it."""

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.mend = mend

    def __str__(self) -> str:
        """Return one line: where: what. How to mend."""
        line = f"{self.where}: {self.what}" if self.where else self.what
        if not self.mend:
            return line
        return f"{line if line.endswith(('.', '?', '!')) else line + '.'} {self.mend}"


class UsageError(EvenhandError):
    """The command, a value or the input cannot be used as it is."""


class Ambiguous(UsageError):
    """Several answers fit; a person must choose. Nothing was done."""


class DoesNotHold(EvenhandError):
    """A check ran and the answer is no."""

    exit_code = 1


class Unverifiable(EvenhandError):
    """A check could not run because something it needs is missing."""

    exit_code = 4
