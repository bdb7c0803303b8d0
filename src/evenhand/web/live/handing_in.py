"""What a protected person hands in about themselves, into their own shield; never into a case by itself."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.evidence.uploads.kinds import Kind, kind_of
from evenhand.live.held import handed_in, recognise_bytes
from evenhand.live.shared import FORM, MOST_IMAGES, Picture, Share, record_of
from evenhand.web.desk.models import Protected
from evenhand.web.home import Home
from evenhand.web.live.arrivals import record_arrival
from evenhand.web.live.drafts import Draft, discard_images, images_of
from evenhand.web.live.models import HandedIn
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import recording
from evenhand.web.sources.actions import import_file
from evenhand.web.vault.objects import Capture, is_kept, keep, prepare

PURPOSE: Final = "hand in about oneself"
PICTURES: Final = frozenset({Kind.PNG, Kind.JPEG, Kind.WEBP})


def checked_images(images: Sequence[bytes]) -> Sequence[bytes]:
    """Return the pictures. Raises UsageError, in words, for too many or for what is no picture."""
    if len(images) > MOST_IMAGES:
        raise UsageError(f"these are {len(images)} pictures", mend=f"Share {MOST_IMAGES} at most at once.")
    for image in images:
        if kind_of(image) not in PICTURES:
            raise UsageError("one of these is no picture", mend="Share a screenshot (PNG, JPEG or WebP).")
    return images


def hand_in(*, draft: Draft, target: str, actor: ActorId, ctx: Context, home: Home | None = None) -> None:
    """Take a confirmed draft into the shield of a protected person; twice is the same as once.

    Pictures lie sealed under that person's key; link, words and the fact of each picture become observations. Raises
    UsageError for a draft whose pictures are gone, Busy while an import runs: then confirming again goes on.
    """
    home = home or Home.here()
    if HandedIn.objects.filter(pk=draft.id).exists():
        return
    key = KeyId(Protected.objects.values_list("key", flat=True).get(pk=target))
    pictures = [
        _kept(image, obj, key=key, actor=actor, ctx=ctx)
        for image, obj in zip(images_of(draft, home), draft.objects, strict=True)
    ]
    data = record_of(draft.shared, pictures, draft=draft.id)
    read = recognise_bytes(data, "shared.json", as_format=FORM, more=(Share(),))
    mine = handed_in(read, target)
    import_file(recognised=mine, ctx=ctx, home=home)
    record_arrival(mine, target=target, ctx=ctx)
    kind = "picture" if pictures else "link" if draft.shared.url else "words"
    row = HandedIn(
        id=draft.id, target=target, by=actor, kind=kind, pictures=len(pictures), at=ctx.now().replace(microsecond=0)
    )
    _record(row, key=key, digest=sha256(data).digest(), actor=actor, ctx=ctx)
    discard_images(draft, home)


def record_mail(target: str, source: str, digest: str, *, ctx: Context) -> None:
    """Record that a forwarded mail (by the import it became, and its SHA-256) came into a shield."""
    key = KeyId(Protected.objects.values_list("key", flat=True).get(pk=target))
    row = HandedIn(id=source, target=target, by=SYSTEM, kind="mail", at=ctx.now().replace(microsecond=0))
    _record(row, key=key, digest=bytes.fromhex(digest), actor=SYSTEM, ctx=ctx)


def _record(row: HandedIn, *, key: KeyId, digest: bytes, actor: ActorId, ctx: Context) -> None:
    """Record that something was handed in; the leaf commits to its bytes."""
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        row.save(force_insert=True)
        body = {ROWS: [said(row)]}
        r.add(type="evidence.sealed", obj=row.id, key=key, body=body, commitments={"content": digest})


def _kept(image: bytes, obj: str, *, key: KeyId, actor: ActorId, ctx: Context) -> Picture:
    kind = kind_of(image)
    if not is_kept(obj):
        made = prepare(image, key=key, scope=key, actor=actor, purpose=PURPOSE, ctx=ctx)
        with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
            keep(r, made, kind=kind.value, capture=Capture(channel="share"), obj=obj)
    return Picture(obj, sha256(image).hexdigest(), kind.media_type)


def handed_in_by(target: str) -> list[HandedIn]:
    """Return what was handed in into a shield, newest first; at most 50."""
    return list(HandedIn.objects.filter(target=target).order_by("-at", "id")[:50])
