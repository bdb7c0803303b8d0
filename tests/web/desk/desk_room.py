"""The desk in tests: two protected people, two officers, a small corpus, and a list of words for a detector.

from tests.web.desk.desk_room import Room, post
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.clock import on_one_clock
from tests.databases import Desk

from evenhand.codes import builtin
from evenhand.context import Context
from evenhand.corpus import Corpus, CorpusFile, FileKind, MemoryManifest
from evenhand.corpus.aim import Account
from evenhand.posts.columns import complete, to_table
from evenhand.screening import Abstention, Category, Frame, Span, Target, Verdict
from evenhand.web.desk.finding import Run, screen_new_posts
from evenhand.web.desk.protection import declare
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM, ActorId

POSTED = datetime(2026, 3, 1, 22, 15, tzinfo=UTC)
FLAGS = {
    "idiot": (Category.INSULT, Category.ABUSE),
    "find you": (Category.THREAT,),
    "damn": (Category.PROFANITY,),
    "resign": (Category.INCIVILITY,),
}


def word_list(texts: Sequence[str], _parents: Sequence[str | None]) -> list[Verdict]:
    """Stand in for the detector: flags the words of FLAGS, abstains on very short texts."""
    return [_verdict(text) for text in texts]


def _verdict(text: str) -> Verdict:
    abstained = None if len(text) > 3 else Abstention.TOO_SHORT if text else Abstention.NO_TEXT
    spans = tuple(
        Span(text.index(word), text.index(word) + len(word), flags[0]) for word, flags in FLAGS.items() if word in text
    )
    flags = tuple(flag for word, flags in FLAGS.items() if word in text for flag in flags)
    return Verdict(
        abstained=abstained,
        scores={category: 0.95 if category in flags else 0.02 for category in Category},
        flags=flags,
        frame=Frame.QUOTED if text.startswith("“") else Frame.ASSERTED,
        target=Target.ADDRESSEE,
        groups=(),
        spans=spans,
        reason=f"It says “{text[spans[0].begin : spans[0].end]}” to you." if spans else "",
        model="words/1",
        calibration="none/1",
    )


@dataclass(slots=True)
class Room:
    """The desk as a test uses it up: its people, its corpus, its clock."""

    desk: Desk
    ctx: Context
    ana: str
    ben: str
    officer: ActorId
    colleague: ActorId
    manifest: MemoryManifest = field(default_factory=MemoryManifest)
    clock: list[datetime] = field(default_factory=list)

    @property
    def corpus(self) -> Corpus:
        return Corpus(self.desk.home.corpus, self.manifest)

    def later(self, **by: float) -> Context:
        """Move the clock on and return the context."""
        self.clock[0] += timedelta(**by)
        return self.ctx

    def bring_in(self, rows: Iterable[dict[str, Any]]) -> None:
        """Put posts into the corpus as one import, a minute later than the one before."""
        now = self.later(minutes=1).now()
        imported = int(now.timestamp() * 1_000_000)
        name = f"observations/{self.ctx.new_id()}.parquet"
        path = self.corpus.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table = to_table([complete(row, imported_at=imported) for row in rows])
        pq.write_table(table, path)
        size = Path(path).stat().st_size
        file = CorpusFile(name, FileKind.OBSERVATIONS, table.num_rows, size, "0" * 64, imported)
        self.manifest.swap(add=[file])

    def screen(self) -> Run:
        return screen_new_posts(self.corpus, self.ctx, screen=word_list, code=builtin("quillhaven"))

    def find(self, *texts: str, at: str = "1001") -> Run:
        """Bring posts aimed at an account in and screen them."""
        self.bring_in([post(text, at) for text in texts])
        return self.screen()


_number = iter(range(10**6))


def post(text: str | None, at: str = "1001", **known: Any) -> dict[str, Any]:
    """A reply on X, aimed at an account (1001 is Ana's, 1002 Ben's)."""
    number = next(_number)
    said = {} if text is None else {"text_raw": text.encode(), "text_raw_encoding": "utf-8", "text_norm": text}
    return {
        "record_key": f"x:{5000 + number}",
        "platform": "x",
        "source_format": "x_api/1",
        "native_id": str(5000 + number),
        "author_id": str(9000 + number),
        "author_handle": f"someone{number}",
        "author_display": f"Some One {number}",
        "relation": "reply",
        "norm_version": "1" if said else None,
        "claimed_at": int(POSTED.timestamp() * 1_000_000),
        "side": {"reply_to_author": at} if at else {},
        "visibility": "public",
        "source_sha256": "0" * 64,
        "raw_record_sha256": f"{number:064}",
        "locator": f"ln:{number}",
        **said,
        **known,
    }


def make_officer(name: str, ctx: Context) -> ActorId:
    """A person who holds the officer's role."""
    person = PersonId(create_person(username=name, password="four calm words here", ctx=ctx).pk)
    grant_role(person=person, role=Role.OFFICER, actor=SYSTEM, ctx=ctx)
    return ActorId(person)


def furnished(desk: Desk, *, ago: timedelta = timedelta(0)) -> Room:
    """Ana (x 1001) and Ben (x 1002) are protected; an officer and a colleague are there; nothing is imported.

    `ago`: how long before the key service's time, which stands still, the room's own clock starts.
    """
    clock = [desk.ctx.now() - ago]
    ctx = Context(now=lambda: clock[0], random=desk.ctx.random)
    officer, colleague = make_officer("an-officer", ctx), make_officer("a-colleague", ctx)
    ana = declare(label="Councillor, ward 3", accounts=[Account("x", "1001", "ana")], actor=SYSTEM, ctx=ctx)
    ben = declare(label="Treasurer", accounts=[Account("x", "1002", "ben")], actor=SYSTEM, ctx=ctx)
    return Room(desk, ctx, ana, ben, officer, colleague, clock=clock)


def one_clock(room: Room, patch: pytest.MonkeyPatch) -> None:
    """Let the views see the clock of the test, which the key service sees as well."""
    patch.setattr(Context, "system", classmethod(lambda _cls: Context(lambda: room.clock[0], secrets.token_bytes)))


def evening(desk: Desk, patch: pytest.MonkeyPatch) -> Room:
    """Return a room with the leads of one evening aimed at Ana; its pages are open, its letters can be sent."""
    room = furnished(desk, ago=timedelta(hours=12))
    on_one_clock(desk, patch)
    one_clock(room, patch)  # the room's own clock, behind the key service's
    room.find("you idiot, sit down", "we will find you", "idiot", "a fine speech", "ok")
    return room
