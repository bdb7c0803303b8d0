"""The scrubber: every file of the vault is read and compared once in thirty days, a share of them each night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Q, QuerySet

from evenhand.context import Context
from evenhand.errors import DoesNotHold
from evenhand.ledger.checking import Finding, Verdict, failed
from evenhand.ledger.errors import Reason
from evenhand.web.home import Home
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.keys import KeyRefused, NoKeyService, is_running, unwrap
from evenhand.web.vault.alarms import raise_alarm
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import opened, reason_of
from evenhand.web.vault.words import State

EVERY: Final = timedelta(days=30)
AT_ONCE: Final = 50
"""How many files one run of due work reads at most; the next minute reads more."""
MOST_BYTES: Final = 256 * 1024 * 1024
"""How many bytes one run reads at most, so that other due work is not kept waiting; one file is read whole."""
AUDIT_BYTES: Final = 2 * 1024 * 1024 * 1024
"""How many bytes of files one full check of the record reads at most: about ten seconds on a small machine."""
WORDS: Final = {
    "changed": "its bytes are not what came in",
    "missing": "the sealed file is not there",
    "no_key": "its key is not there, though nobody erased it",
}
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


def audit_files(ctx: Context, most: int = AUDIT_BYTES) -> list[Finding]:
    """Return what the full check of the record finds of the files: those that do not hold, and how many were not read.

    The ones not compared for longest come first. Without a key service nothing is read, and the record says so itself.
    """
    if not _living().exists() or not is_running(Home.here()):
        return []
    rows = _living().order_by(F("checked_at").asc(nulls_first=True), "id")
    number = rows.count()
    try:
        done = _check(rows, ctx, most=most)
    except NoKeyService:
        return []
    found = [failed(Reason.CONTENT_MISMATCH, f"vault_object id {obj}", WORDS[word]) for obj, word in done.wrong]
    if left := number - done.files:
        words = f"{left} of {number} files were not read this time; each is read once in {EVERY.days} days"
        found.append(Finding(Verdict.VERIFIED, Reason.NOT_CHECKED, "vault", words))
    return found


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
        if (word := _wrong(row)) and _living().filter(pk=row.pk).exists():  # not erased while it was read
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
