"""Mails that lie as files in the home's folder `outbox`, where no mail server is named: when they go.

An address and often a code stand in each, in clear. They go with the case whose letter they tell of, found by their own
words, which nothing else lists; every other one goes after thirty days.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Q

from evenhand.context import Context
from evenhand.web.notices.models import Attempt
from evenhand.web.notices.transport import OUTBOX
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.sealed import open_texts

KEPT: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outbox:
    """How many mails lie there, since when the oldest does, and when it goes."""

    count: int
    oldest: datetime | None
    goes: datetime | None


def mails_of(case: str, parties: Collection[str], ctx: Context) -> frozenset[str]:
    """Return the words of every mail that told of a letter of a case, for `forget_mails`; each is a reading.

    Nothing is read where no mail lies here.
    """
    if not any(_files()):
        return frozenset()
    of_case = Attempt.objects.filter(Q(letter__case_id=case) | Q(letter__party__in=list(parties)))
    mails = list(of_case.values_list("letter__mail", flat=True).distinct())
    texts = open_texts(mails, actor=SYSTEM, purpose="erase", ctx=ctx)
    said = (_plain(text.partition("\n\n")[2]) for text in texts.values())
    return frozenset(words for words in said if words)  # nothing is in every mail


def forget_mails(words: Collection[str]) -> int:
    """Delete the mails that say one of these and return how many; each holds the check code of its own letter."""
    gone = [path for path in _files() if _says(path, words)] if words else []
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def sweep_mails(ctx: Context) -> int:
    """Delete the mails that lie here for longer than thirty days; return how many. Due work, idempotent."""
    before = (ctx.now() - KEPT).timestamp()
    old = [path for path, at in _times() if at < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def outbox_now() -> Outbox:
    """Return what lies here now."""
    times = [at for _, at in _times()]
    oldest = datetime.fromtimestamp(min(times), UTC) if times else None
    return Outbox(len(times), oldest, oldest + KEPT if oldest else None)


def _says(path: Path, words: Collection[str]) -> bool:
    try:
        said = message_from_bytes(path.read_bytes(), policy=default).get_content()
    except (OSError, KeyError, LookupError, ValueError):
        return False  # fetched meanwhile, or no mail of ours
    return isinstance(said, str) and any(each in _plain(said) for each in words)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _times() -> Iterator[tuple[Path, float]]:
    for path in _files():
        with suppress(FileNotFoundError):
            yield path, path.stat().st_mtime


def _files() -> Iterator[Path]:
    return (path for path in (settings.HOME.root / OUTBOX).glob("*") if path.is_file())
