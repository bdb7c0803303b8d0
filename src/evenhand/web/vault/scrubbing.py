"""The scrubber: every file of the vault is read and compared once in thirty days, a share of them each night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

from evenhand.context import Context
from evenhand.errors import DoesNotHold
from evenhand.web.home import Home
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, is_running, unwrap
from evenhand.web.vault.alarms import raise_alarm
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import opened, reason_of
from evenhand.web.vault.words import State

EVERY: Final = timedelta(days=30)
AT_ONCE: Final = 50
"""How many files one run of due work reads at most; the next minute reads more."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""How many bytes one run reads at most, so that other due work is not kept waiting; one file is read whole."""
_PURPOSE: Final = "check the vault"


@dataclass(frozen=True, slots=True)
class Checked:
    """What one check of the vault found: how many files were read, and (object, word) for each that does not hold."""

    files: int
    wrong: tuple[tuple[str, str], ...]


def scrub_due(ctx: Context) -> int:
    """Check the files whose thirty days are over and return how many were read. Due work, idempotent."""
    if not VaultObject.objects.exists() or not is_running(Home.here()):
        return 0
    return _check(_due(ctx.now())[:AT_ONCE], ctx, most=MOST_BYTES).files


def check_all(ctx: Context) -> Checked:
    """Check every file of the vault now. Cost: reading and decrypting all of it. Raises NoKeyService."""
    return _check(_living().order_by("id"), ctx, most=None)


def _living() -> QuerySet[VaultObject]:
    return VaultObject.objects.exclude(state=State.ERASED)


def _due(now: datetime) -> QuerySet[VaultObject]:
    never_or_long_ago = Q(checked_at=None, received_at__lte=now - EVERY) | Q(checked_at__lte=now - EVERY)
    return _living().filter(never_or_long_ago).order_by(F("checked_at").asc(nulls_first=True), "id")


def _check(rows: QuerySet[VaultObject], ctx: Context, *, most: int | None) -> Checked:
    wrong, read, files = [], 0, 0
    for row in list(rows):
        if most is not None and read and read + row.size > most:
            break
        files, read = files + 1, read + row.size
        if word := _wrong(row):
            wrong.append((row.id, word))
            raise_alarm(row, found="scrub", reason=word, ctx=ctx)
        VaultObject.objects.filter(pk=row.pk).update(checked_at=ctx.now())
    return Checked(files, tuple(wrong))


def _wrong(row: VaultObject) -> str:
    """Return the word of what is wrong with a file, or nothing. What is restricted is compared too, never shown."""
    try:
        data_key = unwrap(KeyId(row.key), actor=SYSTEM, purpose=_PURPOSE)
        opened(row, data_key, whole=True).close()
    except DoesNotHold as error:
        return reason_of(error)
    except KeyRefused:
        return "no_key"
    return ""
