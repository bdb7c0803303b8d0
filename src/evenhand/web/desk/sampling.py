"""The random sample of posts that made no lead: what passes the detector still reaches a person (SCREENING §1).

The draw can be done again by anybody with the run's posts: those with the smallest SHA-256 of seed, post and
observation. The seed is drawn before the first post is read and stands in the document `sample.drawn`.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db.models import Count

from evenhand.context import Context
from evenhand.web.desk.candidates import Candidate
from evenhand.web.desk.models import Example, Label
from evenhand.web.desk.protection import whole_second
from evenhand.web.desk.queries import protected
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.desk.words import Source
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId
from evenhand.web.record.sealed import erase_texts, seal_text
from evenhand.web.record.unit import Recorder, recording

SIZE: Final = 20
EXAMPLE_FIELD: Final = "example.snapshot"
KEPT: Final = timedelta(days=30)  # as long as the corpus keeps the text of posts that became nothing
_PURPOSE: Final = "desk.sample"
_AT_ONCE: Final = 500


@dataclass(slots=True)
class Draw:
    """A draw without replacement from posts that come one by one. Memory: SIZE posts."""

    seed: str = ""
    size: int = SIZE
    population: int = 0
    _kept: list[tuple[int, int, Candidate]] = field(default_factory=list)

    def offer(self, post: Candidate) -> None:
        """Let one post take part."""
        self.population += 1
        entry = (-self._lot(post), self.population, post)
        if len(self._kept) < self.size:
            heapq.heappush(self._kept, entry)
        else:
            heapq.heappushpop(self._kept, entry)

    def drawn(self) -> list[Candidate]:
        """Return the posts drawn, in the order of their lots."""
        return [post for _lot, _number, post in sorted(self._kept, reverse=True)]

    def _lot(self, post: Candidate) -> int:
        return int(sha256(f"{self.seed}/{post.record_key}/{post.observation}".encode()).hexdigest(), 16)


def record_sample(r: Recorder, draw: Draw, batch: str) -> None:
    """Record what was drawn in one run, each text sealed under its person's key; nothing where nothing passed."""
    posts = draw.drawn()
    if not posts:
        return
    keys = {person: key for person, (key, _label) in protected({post.target for post in posts}).items()}
    made_at = whole_second(r.ctx)  # once: sealing many texts may last over the end of a second
    columns = [_columns(r, batch, post, KeyId(keys[post.target]), made_at) for post in posts]
    Example.objects.bulk_create([Example(**(one | {"made_at": made_at})) for one in columns])
    body = {"sample_of": "desk.unflagged", "seed": draw.seed, "population": draw.population, "size": draw.size}
    r.add(type="sample.drawn", key=ORGANISATION, body=body | {"batch": batch, "examples": columns})


def _columns(r: Recorder, batch: str, post: Candidate, key: KeyId, made_at: datetime) -> dict[str, Any]:
    snapshot = seal_text(r, key=key, field=EXAMPLE_FIELD, text=Snapshot(post.text, (), "", ()).sealed_form())
    return {
        "id": r.ctx.new_id(), "source": Source.SAMPLE.value, "batch": batch, "target": post.target,
        "record_key": post.record_key, "observation": post.observation, "key": key, "snapshot": snapshot,
        "made_at": instant(made_at), "forgotten_at": None,
    }  # fmt: skip


def forget_samples(ctx: Context) -> int:
    """Erase the words of samples older than KEPT that no two people labelled; what was answered stays counted.

    Due work, idempotent; returns how many texts went, at most 500 a time.
    """
    due = _forgettable(ctx.now() - KEPT)
    if not due:
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        erase_texts(r, [snapshot for _example, snapshot in due])
        now = whole_second(ctx)
        Example.objects.filter(id__in=[example for example, _snapshot in due]).update(forgotten_at=now)
        said = [{"id": example, "forgotten_at": instant(now)} for example, _snapshot in due]
        body = {"examples": said, "erased_texts": [snapshot for _example, snapshot in due]}
        r.add(type="retention.purged", key=ORGANISATION, body=body, commitments={"count": canonical(len(due))})
    return len(due)


def _forgettable(before: datetime) -> list[tuple[str, str]]:
    """Return (id, sealed text) of old samples with fewer than two labels, oldest first."""
    labelled = Label.objects.values("example").annotate(people=Count("id")).filter(people__gte=2).values("example")
    old = Example.objects.filter(source=Source.SAMPLE, made_at__lt=before, forgotten_at=None)
    return list(old.exclude(id__in=labelled).order_by("made_at", "id").values_list("id", "snapshot")[:_AT_ONCE])
