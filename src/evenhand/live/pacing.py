"""Where a source stands between two looks: its cursor, its counts, and when it is asked next. Pure.

A source that fails is asked again after 15 seconds, then ever later up to half an hour, each time up to a quarter
sooner by chance, so that many installations do not all knock at the same moment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live.adapter import Known

FIRST: Final = timedelta(seconds=15)
LONGEST: Final = timedelta(minutes=30)
EVERY: Final = timedelta(minutes=1)
MOST_NAMES: Final = 2_000


@dataclass(frozen=True, slots=True)
class State:
    """One source, as kept beside the corpus. Times are ISO 8601 UTC; "" for never.

    `kept`, `not_aimed`, `unreadable` count records since the source was named; no record is told by them, and one that
    is looked at twice counts twice. `names`: how the service calls the newest records of it that are stored.
    `aside`: files that were not taken, and why.
    """

    cursor: str = ""
    asked_at: str = ""
    answered_at: str = ""
    due_at: str = ""
    failures: int = 0
    trouble: str = ""
    kept: int = 0
    not_aimed: int = 0
    unreadable: int = 0
    unread: tuple[str, ...] = ()
    names: Mapping[str, Known] = field(default_factory=dict)
    aside: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> State:
        """Return the state a text says; UsageError if it is none."""
        try:
            values = json.loads(text)
            names = {name: Known(**known) for name, known in values.get("names", {}).items()}
            return cls(**(values | {"unread": tuple(values.get("unread", ())), "names": names}))
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError("this is no state of a live source", mend="Move the file away to begin anew.") from error

    def text(self) -> str:
        """Return the state as a text."""
        return json.dumps(asdict(self), indent=1)

    def is_due(self, now: datetime) -> bool:
        """Return whether the source may be asked now."""
        return not self.due_at or datetime.fromisoformat(self.due_at) <= now

    def answered(
        self, *, cursor: str, kept: int, not_aimed: int, unreadable: int, unread: tuple[str, ...], more: bool,
        now: datetime, names: Mapping[str, Known] | None = None,
        aside: Mapping[str, str] | None = None,
    ) -> State:  # fmt: skip
        """Return the state after a look whose records are stored."""
        said = now.astimezone(UTC).isoformat()
        return State(
            cursor=cursor, asked_at=said, answered_at=said, due_at=said if more else (now + EVERY).isoformat(),
            kept=self.kept + kept, not_aimed=self.not_aimed + not_aimed, unreadable=self.unreadable + unreadable,
            unread=unread, names=dict(list((names or {}).items())[-MOST_NAMES:]), aside=dict(aside or {}),
        )  # fmt: skip

    def failed(self, words: str, *, ctx: Context) -> State:
        """Return the state after a look that failed: the cursor stays."""
        wait = min(FIRST * 2 ** min(self.failures, 10), LONGEST)
        wait -= wait * (ctx.random(1)[0] / 255) / 4
        now = ctx.now()
        return replace(
            self, asked_at=now.isoformat(), due_at=(now + wait).isoformat(), failures=self.failures + 1, trouble=words
        )
