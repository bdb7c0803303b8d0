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
    leads = Lead.objects.filter(record_key__in=list(posts)).order_by("id").values_list("snapshot", "author")
    examples = Example.objects.filter(record_key__in=list(posts), forgotten_at=None).order_by("id")
    snapshots = dict(examples.values_list("id", "snapshot"))
    texts = [*(text for pair in leads for text in pair if text), *snapshots.values()]
    if not texts:
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose="erase posts") as r:
        gone = erase_texts(r, texts)
        if not gone:
            return 0
        now = ctx.now().replace(microsecond=0)
        Example.objects.filter(id__in=list(snapshots)).update(forgotten_at=now)
        said = [{"id": example, "forgotten_at": instant(now)} for example in snapshots]
        r.add(
            type="retention.purged", key=ORGANISATION, body={"examples": said, "erased_texts": texts},
            commitments={"count": canonical(gone)},
        )  # fmt: skip
    return gone
