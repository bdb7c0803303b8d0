"""The sweeper: a data key whose transaction never came is destroyed after a day (the key is made first, durably)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from evenhand.context import Context
from evenhand.web.record.ids import ORGANISATION, KeyId
from evenhand.web.record.keys import NoKeyService, destroy_key, living_keys
from evenhand.web.record.models import KeySeat, Opening, Record, SealedText

GRACE: Final = timedelta(hours=24)


def sweep_keys(ctx: Context) -> int:
    """Destroy each key older than a day that nothing in the desk database refers to; return how many.

    Without a key service nothing is due: the next run does it.
    """
    try:
        old = [key for key, made in living_keys() if made <= ctx.now() - GRACE and key != ORGANISATION]
    except NoKeyService:
        return 0
    return sum(destroy_key(key) for key in old if not _in_use(key))


def _in_use(key: KeyId) -> bool:
    return any(model.objects.filter(key_id=key).exists() for model in (Record, SealedText, KeySeat, Opening))
