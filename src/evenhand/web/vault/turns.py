"""What comes in, what is held and what goes take turns, so that none of them is left half where they meet.

An erasure waits for every unit of work that brings a file or places a hold; one that begins later waits for the
erasure. Then each looks, inside its own unit, at what the other left. SQLite has one writer at a time already.
"""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from evenhand.errors import UsageError
from evenhand.web.record.documents import instant
from evenhand.web.vault.models import ErasedKey, Erasure, VaultObject
from evenhand.web.vault.words import Kind, State

_LOCK: Final = 0x6576656E65726173  # "eveneras"


def beside_no_erasure() -> None:
    """Keep erasures from beginning until the caller's unit ends, and wait for one that has; call it first there."""
    _lock("pg_advisory_xact_lock_shared")


def alone() -> None:
    """Wait for every unit that asked for no erasure beside it, and keep others waiting until the caller's ends."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK])


def is_erased(target: str) -> bool:
    """Return whether the erasure of a case or of a person's request (hex32) has begun or is done."""
    return Erasure.objects.filter(target=target).exists()


def check_blob(blob: str) -> None:
    """Raise UsageError where the bytes that a prepared file shares with another one went with that in the meantime."""
    if ErasedKey.objects.filter(key=blob).exists():
        raise UsageError(
            _("The same file is being erased at this moment; this one was not kept."), mend=_("Send it again.")
        )


def check_not_erased(target: str, *, where: str = "") -> None:
    """Raise UsageError, in words, where a case or a file was erased already or its erasure is under way."""
    row = VaultObject.objects.filter(pk=target, state=State.ERASED).first()
    erasure = _of_file(row) if row else Erasure.objects.filter(target=target).order_by("started_at").first()
    if row and erasure is None:  # its bytes are needed by another file: nothing else names what it went with
        raise UsageError(_("This was erased already."), where=where, mend="evenhand vault list")
    if erasure is None:
        return
    if erasure.ended_at is None:
        raise UsageError(_("The erasure of this is under way."), where=where, mend="evenhand vault list")
    words = _("Its leaves in the log stay: they say when it came and when it went.")
    if erasure.kind == Kind.CASE and row is None:
        words = _("No bundle of it can be made any more; those handed out before still verify.") + " " + words
    raise UsageError(
        _("This was erased already, at %(at)s.") % {"at": instant(erasure.ended_at)}, where=where, mend=words,
    )  # fmt: skip


def _of_file(row: VaultObject) -> Erasure | None:
    """Return the erasure a file went with: by its key, else by what was to be erased."""
    gone = ErasedKey.objects.filter(key=row.blob).exclude(erasure=None).select_related("erasure").first()
    targets = [each for each in (row.id, row.source_id, row.case) if each]
    return gone.erasure if gone else Erasure.objects.filter(target__in=targets).order_by("started_at").first()
