"""What officers can look at of that which came in: shared links, words and pictures, and mails with their signatures.

A mail's signatures are judged when it arrives, with the keys as they are then, because domains withdraw keys. Verdict
and keys lie beside the mail, under the key of its sealed copy, and go when that goes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Min, QuerySet, Sum

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.live.held import recognise_bytes
from evenhand.live.shared import Picture
from evenhand.live.sift import MAIL
from evenhand.posts import Recognised, Report, rows_of
from evenhand.web.desk.protection import seat_officer
from evenhand.web.home import Home
from evenhand.web.live.models import Arrival, HandedIn
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId, KeyId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.sealed import open_texts, seal_text
from evenhand.web.record.unit import recording
from evenhand.web.sources.keeping import Kept
from evenhand.web.sources.models import Import
from evenhand.web.sources.sealing import open_copy

Judge = Callable[[bytes, Context], Mapping[str, Any]]
"""Returns what a mail's signatures say (`said`) and the keys that were fetched for it (`answers`)."""
_JUDGES: Final[list[Judge]] = []
_PURPOSE: Final = "look at what came in"
SHOWN: Final = 100


def register_judge(judge: Judge) -> None:
    """Register who judges the signatures of a mail; call it in `ready()`."""
    _JUDGES.append(judge)


def record_arrival(recognised: Recognised, *, target: str, ctx: Context) -> None:
    """Record that what was just imported can be looked at; a mail's signatures are judged now. Twice is once."""
    held = Import.objects.filter(sha256=recognised.source.sha256).exclude(key_id="").order_by("imported_at", "id")
    kept = held.first()
    if kept is None or Arrival.objects.filter(pk=kept.id).exists():
        return
    is_mail = recognised.reader.source_format.startswith(f"{MAIL}/")
    found = _judged(recognised, ctx) if is_mail else {}
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        key = KeyId(kept.key_id)
        sealed = seal_text(r, key=key, field="mail.signatures", text=json.dumps(found)) if found else ""
        row = Arrival(
            id=kept.id, target=target, kind="mail" if is_mail else "share", judged=sealed,
            at=ctx.now().replace(microsecond=0),
        )  # fmt: skip
        row.save(force_insert=True)
        digest = {"content": bytes.fromhex(recognised.source.sha256)}
        # Not under the copy's own key: that goes in 30 days, and this row stays.
        r.add(type="evidence.sealed", obj=row.id, key=ORGANISATION, body={ROWS: [said(row)]}, commitments=digest)


def _judged(recognised: Recognised, ctx: Context) -> Mapping[str, Any]:
    with recognised.source.open() as stream:
        mail = stream.read()
    return next((judge(mail, ctx) for judge in _JUDGES), {})


def beside(imports: Collection[str]) -> list[str]:
    """Return the sealed texts that lie under the keys of these imports' copies, to go with them."""
    found = Arrival.objects.filter(pk__in=list(imports)).exclude(judged="")
    return list(found.values_list("judged", flat=True))


def kept_pictures(_ctx: Context) -> list[Kept]:
    """Return how many pictures protected people shared: they go by no clock, two people erase them."""
    found = HandedIn.objects.filter(kind="picture").aggregate(n=Sum("pictures"), oldest=Min("at"))
    return [Kept("pictures", found["n"] or 0, found["oldest"])]


def arrivals() -> list[Arrival]:
    """Return what can be looked at, newest first, at most 100: what is past its time is not there any more."""
    return list(_held().order_by("-at", "id")[:SHOWN])


def _held() -> QuerySet[Arrival]:
    return Arrival.objects.filter(pk__in=Import.objects.exclude(key_id="").values("pk"))


@dataclass(frozen=True, slots=True)
class Opened:
    """One thing that came in, opened: a link and words, or who wrote a mail, about what, and its text.

    `found`: what the mail's signatures say; `None` where nobody judged them.
    """

    arrival: Arrival
    words: str = ""
    url: str = ""
    pictures: tuple[Picture, ...] = ()
    sender: str = ""
    subject: str = ""
    found: Mapping[str, Any] | None = None
    answers: list[Mapping[str, Any]] = field(default_factory=list)


def opened(arrival: str, *, actor: ActorId, ctx: Context) -> Opened:
    """Return one thing that came in, opened for an officer; logged. UsageError for what is not there any more."""
    row = _held().filter(pk=arrival).first()
    if row is None:
        raise UsageError("this is not there any more")
    kept = Import.objects.get(pk=row.id)
    seat_officer(actor, [kept.key_id], ctx)
    wrapped = bytes.fromhex(kept.wrapped_key)
    key = KeyId(kept.key_id)
    data = b"".join(open_copy(Home.here(), kept.held_as, key=key, wrapped=wrapped, actor=actor, purpose=_PURPOSE))
    return _mail(row, data, actor, ctx) if row.kind == "mail" else _share(row, data)


def _share(row: Arrival, data: bytes) -> Opened:
    value = json.loads(data)
    pictures = tuple(Picture(**image) for image in value["images"])
    return Opened(row, words=value["text"], url=value["url"], pictures=pictures)


def _mail(row: Arrival, data: bytes, actor: ActorId, ctx: Context) -> Opened:
    first = next(rows_of(recognise_bytes(data, "mail.eml", as_format=MAIL), Report("mail.eml"), imported_at=0), {})
    texts = open_texts([row.judged], actor=actor, purpose=_PURPOSE, ctx=ctx) if row.judged else {}
    judged = json.loads(texts[row.judged]) if row.judged else {}
    subject = dict(first.get("side") or {}).get("subject") or ""
    sender = first.get("author_id") or first.get("author_handle") or ""
    return Opened(
        row, words=first.get("text_norm") or "", sender=sender, subject=subject, found=judged.get("said"),
        answers=judged.get("answers", []),
    )  # fmt: skip
