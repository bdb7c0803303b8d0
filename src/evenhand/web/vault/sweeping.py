"""The sweeper of the vault: keys, files and halves whose transaction never came go after a day."""

from __future__ import annotations

from evenhand.context import Context
from evenhand.web.home import Home
from evenhand.web.record.keys import NoKeyService, blob_keys, destroy_blob_key
from evenhand.web.record.sweeping import GRACE
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import blob_store
from evenhand.web.vault.words import State


def sweep_vault(ctx: Context) -> int:
    """Remove what no row names and is older than a day; return how many keys and files that were. Idempotent.

    Without a key service nothing is due: the next run does it. A file whose row stands is never touched.
    """
    if not Home.here().vault.exists():
        return 0
    before = ctx.now() - GRACE
    living = VaultObject.objects.exclude(state=State.ERASED)
    try:
        old_keys = [blob for blob, _, made in blob_keys() if made <= before]
        known = set(living.values_list("blob", flat=True)) if old_keys else set()
        keys = sum(destroy_blob_key(blob) for blob in old_keys if blob not in known)
    except NoKeyService:
        return 0
    store = blob_store()
    old_files = [name for name, written in store.names() if written < before.timestamp()]
    named = set(living.values_list("name", flat=True)) if old_files else set()
    files = sum(store.delete(name) for name in old_files if name not in named)
    return keys + files + store.sweep_halves(before.timestamp())
