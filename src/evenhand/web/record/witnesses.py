"""Witnesses outside: which are asked to cosign our checkpoints, and what they answered. None until one is named.

This is the only thing of the record that leaves by itself: a checkpoint and a consistency proof, hashes and a number.
Naming a witness is an act (`policy.changed`) and shows on the public page. A witness that fails stops nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.db import IntegrityError, connection, models, transaction

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checking import Finding, failed, from_error
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.files import write_durably
from evenhand.ledger.notes import KeyType, VerifierKey, parse_trusted_vkey
from evenhand.ledger.policy import NamedWitness, write_policy
from evenhand.ledger.proofs import consistency_proof
from evenhand.ledger.store import Checkpoint
from evenhand.web.home import Home
from evenhand.web.record.checkpoints import keyring
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.models import LedgerCheckpoint, LedgerCosignature, LogWitness
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.store import DjangoStore
from evenhand.web.record.unit import recording
from evenhand.witness import Disagreement, NoAnswer, ask_witness

AGAIN: Final = timedelta(minutes=15)
"""After so long a witness that did not answer is asked again; a new checkpoint is offered at once."""
LATE: Final = timedelta(hours=26)
"""After so long without a cosignature the public page says so: every night adds a leaf, so every day has something."""
_AT_MOST: Final = 5
COSIGNED: Final = "cosigned"
NO_ANSWER: Final = "no_answer"


@dataclass(frozen=True, slots=True)
class Standing:
    """A witness that is asked: what it cosigned last (leaves, when), and its last answer.

    `answer`: `cosigned`, `no_answer`, or the reason of a disagreement (`fork_detected`, `rollback_detected`); None
    before it was ever asked. `words`: what the answer was, for whoever runs this.
    """

    witness: NamedWitness
    size: int
    cosigned_at: datetime | None
    asked_at: str | None
    asked_size: int
    answer: str | None
    words: str

    @property
    def disagrees(self) -> bool:
        """Whether it holds another tree than ours."""
        return self.answer in (Reason.FORK_DETECTED, Reason.ROLLBACK_DETECTED)

    def is_late(self, now: datetime) -> bool:
        """Whether it has not cosigned for over a day."""
        return self.cosigned_at is None or now - self.cosigned_at > LATE


def name_witness(*, vkey: str, url: str, ctx: Context) -> NamedWitness:
    """Ask a witness from now on, and return it. Raises UsageError for a key or address that cannot be one's."""
    witness = NamedWitness(_cosigner(vkey), _address(url))
    now = ctx.now().replace(microsecond=0)
    with recording(actor=SYSTEM, ctx=ctx, purpose="name a witness") as r:
        named = enabled_witnesses()
        if any(each.key.name == witness.key.name or each.key.public == witness.key.public for each in named):
            raise UsageError("this witness is asked already", where=witness.key.name)
        row = LogWitness(id=ctx.new_id(), vkey=str(witness.key), url=witness.url, enabled_at=now)
        row.save(force_insert=True)
        body = {"setting": "witness", "change": "named", ROWS: [said(row)]}
        pub = {"policy": _policy_digest([*named, witness])}
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=body, pub=pub)
    return witness


def end_witness(*, name: str, ctx: Context) -> None:
    """Ask the witness of this name no longer; what it cosigned stays. UsageError if it is not asked."""
    with recording(actor=SYSTEM, ctx=ctx, purpose="end a witness") as r:
        rows = [row for row in _rows() for key in _keys_of([row.vkey]) if key.name == name]
        if not rows:
            raise UsageError("no witness of this name is asked", where=name, mend="Run: evenhand ledger witnesses.")
        row = rows[0]
        row.disabled_at = ctx.now().replace(microsecond=0)
        row.save(update_fields=["disabled_at"])
        body = {"setting": "witness", "change": "ended", ROWS: [said(row)]}
        pub = {"policy": _policy_digest(enabled_witnesses())}
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=body, pub=pub)


def enabled_witnesses() -> list[NamedWitness]:
    """Return the witnesses that are asked, in the order in which they were named."""
    return [NamedWitness(key, row.url) for row in _rows() for key in _keys_of([row.vkey])]


def all_witness_keys() -> list[VerifierKey]:
    """Return the keys of all witnesses that were ever asked: their lines over old checkpoints are still checked."""
    return _keys_of(LogWitness.objects.order_by("id").values_list("vkey", flat=True))


def policy_text(home: Home) -> bytes:
    """Return the policy as it is published: the keys of this log and the witnesses that are asked."""
    return write_policy(map(str, keyring(home)), enabled_witnesses())


def standings(home: Home) -> list[Standing]:
    """Return how it stands with each witness that is asked."""
    kept = _read(home)
    return [_standing(witness, kept.get(str(witness.key), {})) for witness in enabled_witnesses()]


def witness_findings(home: Home) -> list[Finding]:
    """Return what contradicts between the witnesses' answers and this record, and lines that none of them signed."""
    found = []
    for each in standings(home):
        if each.disagrees:
            contradiction = Contradiction(Reason(str(each.answer)), each.words)
            found.append(from_error(contradiction, f"witness {each.witness.key.name}"))
        elif each.answer == COSIGNED and each.asked_size > each.size:
            words = f"the line of {each.witness.key.name} is gone"
            found.append(failed(Reason.ITEM_REMOVED, f"ledger_cosignature size {each.asked_size}", words))
    return [*found, *_strangers()]


def _strangers() -> list[Finding]:
    """Return stored lines over no checkpoint of ours, or by somebody who was never asked."""
    known = {(key.name, key.key_id) for key in all_witness_keys()}
    signed = LedgerCheckpoint.objects.values("size")
    rows = list(LedgerCosignature.objects.exclude(size__in=signed).values_list("size", "key_name")[:_AT_MOST])
    groups = LedgerCosignature.objects.values_list("key_name", "key_id").annotate(size=models.Min("size"))
    rows += [(size, name) for name, key_id, size in groups if (name, bytes(key_id)) not in known]
    return [
        failed(Reason.ITEM_ADDED, f"ledger_cosignature size {size}", f"no witness {name} signed such a checkpoint")
        for size, name in rows
    ]


def ask_if_due(ctx: Context) -> int:
    """Ask each witness that has not cosigned the newest checkpoint; return how many did. Due work.

    A witness is asked once for a new checkpoint, and again every 15 minutes while it does not answer. Each is asked for
    itself: whatever one answers, or does not, becomes its kept answer and stops neither the others nor the caller.
    """
    home = Home.here()
    newest = DjangoStore(connection).checkpoints(last=1)
    if not newest:
        return 0
    due = [standing for standing in standings(home) if _is_due(standing, newest[0], ctx)]
    return sum(_ask(home, standing, newest[0], ctx) for standing in due)


def _is_due(standing: Standing, newest: Checkpoint, ctx: Context) -> bool:
    if not newest.size or standing.size >= newest.size:
        return False
    if standing.asked_at is None or standing.asked_size != newest.size:
        return True
    return ctx.now() - datetime.fromisoformat(standing.asked_at).astimezone(UTC) >= AGAIN


def _ask(home: Home, standing: Standing, newest: Checkpoint, ctx: Context) -> int:
    """Ask one witness, store its line, and keep its answer; return 1 if it cosigned."""
    store, witness = DjangoStore(connection), standing.witness

    def prove(old: int) -> list[bytes]:
        return consistency_proof(store, old, newest.size)

    now = int(ctx.now().timestamp())
    answer, words = COSIGNED, ""
    try:
        line = ask_witness(witness.url, witness.key, newest.note, standing.size, prove, now)
        with suppress(IntegrityError), transaction.atomic():  # another process asked too, and was first
            store.add_cosignature(newest.size, line)
    except NoAnswer as error:
        answer, words = NO_ANSWER, error.what
    except Disagreement as error:
        answer, words = error.reason.value, error.what
    except Contradiction as error:  # our own tiles do not lead to a proof: the check of the record names the place
        answer, words = NO_ANSWER, error.what
    except Exception as error:  # noqa: BLE001 one witness stops no other, and no export that wants its line
        answer, words = NO_ANSWER, f"it could not be asked ({type(error).__name__})"
    kept = _read(home)
    kept[str(witness.key)] = {
        "asked_at": instant(ctx.now()), "asked_size": newest.size, "answer": answer, "words": words,
    }  # fmt: skip
    with suppress(OSError):  # an answer that cannot be kept is asked for again
        write_durably(_path(home), json.dumps(kept, indent=1).encode())
    return int(answer == COSIGNED)


def _standing(witness: NamedWitness, kept: dict[str, Any]) -> Standing:
    cosigned = DjangoStore(connection).cosigned_by(witness.key)
    size, at = (cosigned[0], datetime.fromtimestamp(cosigned[1].time, UTC)) if cosigned else (0, None)
    try:
        asked_at, asked_size = str(kept["asked_at"]), int(kept["asked_size"])
        datetime.fromisoformat(asked_at).astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return Standing(witness, size, at, None, -1, None, "")
    return Standing(witness, size, at, asked_at, asked_size, kept.get("answer"), str(kept.get("words", "")))


def _read(home: Home) -> dict[str, Any]:
    """Return the kept answers by key; what is not there or cannot be read is asked anew."""
    try:
        found = json.loads(_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {key: kept for key, kept in found.items() if isinstance(kept, dict)} if isinstance(found, dict) else {}


def _path(home: Home) -> Path:
    return home.root / "witness-answers.json"


def _keys_of(vkeys: Iterable[str]) -> list[VerifierKey]:
    """Return the keys; one that was changed behind the record's back is no key, and the fold of the table names it."""
    keys = []
    for vkey in vkeys:
        with suppress(Malformed):
            keys.append(parse_trusted_vkey(vkey))
    return keys


def _rows() -> list[LogWitness]:
    return list(LogWitness.objects.filter(disabled_at=None).order_by("enabled_at", "id"))


def _policy_digest(witnesses: Sequence[NamedWitness]) -> bytes:
    return sha256(write_policy(map(str, keyring(Home.here())), witnesses)).digest()


def _cosigner(vkey: str) -> VerifierKey:
    try:
        key = parse_trusted_vkey(vkey.strip())
    except Malformed as error:
        raise UsageError(error.what, where=vkey[:60], mend="Copy the key of the witness whole.") from None
    if key.kind is not KeyType.COSIGNER or not key.name.isascii() or key.name == "none":
        raise UsageError("this is not the key of a witness", where=vkey[:60], mend="evenhand witness init prints one.")
    return key


def _address(url: str) -> str:
    """Return the address without the slash at its end; UsageError for what cannot be asked, or may not be published."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("https", "http") and parts.hostname and parts.port != 0
    except ValueError:  # a bracket that is not closed, a port that is none
        is_one = False
    if not is_one or any(c <= " " or c > "~" for c in url):
        mend = "It begins with https://, and a port is a number up to 65535."
        raise UsageError("this is not the address of a witness", where=url[:60], mend=mend)
    if "@" in parts.netloc or parts.query or parts.fragment:
        words = "the address of a witness holds no user name, password, query or fragment: the public page lists it"
        raise UsageError(words, where=parts.hostname or "", mend="Give the address alone.")
    return url.rstrip("/")
