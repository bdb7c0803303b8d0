"""What /ledger shows, as plain data worked out from checkpoints and the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from evenhand.ledger import Checkpoint
from evenhand.ledger.checkpoint import parse_tree_head
from evenhand.ledger.encoding import b64
from evenhand.ledger.notes import parse_note
from evenhand.web.record.witnesses import Standing

OLD_AFTER = timedelta(hours=48)  # INV-40


@dataclass(frozen=True, slots=True)
class Shown:
    """One checkpoint in words: when it was made, how many entries it covers, the root in base64."""

    made_at: datetime
    entries: int
    root: str


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """The page: the log's name, the newest checkpoint and its note, those before it, what is wrong if anything.

    `latest` is None where no checkpoint has been made; `old` says that the newest is over 48 hours old.
    """

    origin: str
    latest: Shown | None
    note: str
    earlier: tuple[Shown, ...]
    old: bool


KEY_STATES: dict[str, str | Promise] = {
    "active": _("in use"),
    "retired": _("replaced by another"),
    "revoked": _("declared stolen or lost"),
}


@dataclass(frozen=True, slots=True)
class ShownKey:
    """One key of the log: as it is written, its fingerprint (as verify.py prints it), and whether it is in use."""

    vkey: str
    fingerprint: str
    state: str | Promise


def shown_keys(keyring: Sequence[Mapping[str, Any]]) -> list[ShownKey]:
    """Return the keys of the log, the newest first."""
    return [
        ShownKey(key["vkey"], sha256(key["vkey"].encode()).hexdigest(), KEY_STATES[key["status"]])
        for key in reversed(keyring)
    ]


@dataclass(frozen=True, slots=True)
class ShownWitness:
    """A witness that is asked to cosign, in words: its name, where it is asked, how it stands, since when."""

    name: str
    url: str
    words: str | Promise
    at: datetime | None
    entries: int


def shown_witness(standing: Standing, now: datetime) -> ShownWitness:
    """Return one witness as the page shows it."""
    words = _("Cosigned at")
    if standing.disagrees:
        words = _("Does not cosign: what it was shown before is not what this record holds now. Last cosigned:")
    elif standing.cosigned_at is None:
        words = _("Has not cosigned yet.")
    elif standing.is_late(now):
        words = _("Not cosigned since")
    witness = standing.witness
    return ShownWitness(witness.key.name, witness.url, words, standing.cosigned_at, standing.size)


def ledger_page(checkpoints: Sequence[Checkpoint], now: datetime) -> LedgerPage:
    """Return the page for checkpoints in the order of their size, smallest first."""
    if not checkpoints:
        return LedgerPage(origin="", latest=None, note="", earlier=(), old=False)
    newest = checkpoints[-1]
    latest = _shown(newest)
    earlier = tuple(_shown(checkpoint) for checkpoint in reversed(checkpoints[:-1]))
    origin = parse_tree_head(parse_note(newest.note).text).origin
    note = newest.published.decode()
    return LedgerPage(origin, latest, note, earlier, old=now - latest.made_at > OLD_AFTER)


def _shown(checkpoint: Checkpoint) -> Shown:
    head = parse_tree_head(parse_note(checkpoint.note).text)
    made_at = datetime.fromisoformat(checkpoint.made_at).astimezone(UTC)
    return Shown(made_at, head.size, b64(head.root))
