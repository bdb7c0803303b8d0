"""Erasing the words of posts from the desk: of leads and of posts shown for labels; for an erasure of the vault."""

from __future__ import annotations

from collections.abc import Collection

from evenhand.context import Context
from evenhand.web.desk.models import Example, Lead
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.sealed import erase_texts
from evenhand.web.record.unit import recording


def erase_posts(posts: Collection[str], ctx: Context) -> int:
    """Erase the words and authors of these posts (record keys) for ever; return how many texts went. Idempotent.

    What was found and decided stays, without the words. Raises UsageError where a text is held.
    """
    leads = list(Lead.objects.filter(record_key__in=list(posts)).order_by("id").values_list("id", "snapshot", "author"))
    examples = Example.objects.filter(record_key__in=list(posts)).order_by("id")
    snapshots = dict(examples.filter(forgotten_at=None).values_list("id", "snapshot"))
    texts = [*(text for _, *pair in leads for text in pair if text), *snapshots.values()]
    if not texts:
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose="erase posts") as r:
        gone = erase_texts(r, texts)
        if not gone:
            return 0
        now = ctx.now().replace(microsecond=0)
        Example.objects.filter(id__in=list(snapshots)).update(forgotten_at=now, record_key=None)
        said = [{"id": example, "forgotten_at": instant(now), "record_key": None} for example in snapshots]
        nameless = {lead: f"erased:{lead}" for lead, *_ in leads}  # a record key may hold a handle
        for lead, word in nameless.items():
            Lead.objects.filter(pk=lead).update(record_key=word)
        r.add(
            type="retention.purged", key=ORGANISATION,
            body={
                "examples": said, "erased_texts": texts,
                "leads": [{"id": lead, "record_key": word} for lead, word in nameless.items()],
            },
            commitments={"count": canonical(gone)},
        )  # fmt: skip
    return gone


def texts_for_vault(posts: Collection[str], ctx: Context) -> list[str]:
    """Erase the words of posts as `erase_posts` does; there is nothing more to say of it."""
    erase_posts(posts, ctx)
    return []
