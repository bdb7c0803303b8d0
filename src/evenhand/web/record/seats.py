"""Seats: who may open what lies under a key, in which role, from when until when.

Upper apps decide who gets one (a role, a mandate, a case) and pass the fact down inside their own unit of work; the
next document of that unit carries it, so the table is a projection like any other.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from evenhand.errors import UsageError
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ActorId, KeyId, hex_id
from evenhand.web.record.models import KeySeat
from evenhand.web.record.unit import Recorder
from evenhand.web.record.writing import SeatFact


def grant_seat(
    r: Recorder, *, key: KeyId, actor: ActorId, role: str, since: datetime, until: datetime | None = None
) -> str:
    """Give a person a seat on a key and return the seat's id; the unit must add a document that says why."""
    seat = KeySeat(
        id=r.ctx.new_id(), key_id=hex_id(key, "key"), actor=hex_id(actor, "actor"), role=role,
        valid_from=since.replace(microsecond=0), valid_until=until and until.replace(microsecond=0),
    )  # fmt: skip
    seat.save(force_insert=True)
    r.note(_fact(seat))
    return seat.id


def end_seat(r: Recorder, seat_id: str, *, at: datetime) -> None:
    """End a seat at a time; UsageError if there is no seat that is still open then."""
    seat = _open(at).filter(id=seat_id).first()
    if seat is None:
        raise UsageError("there is no open seat with this id")
    seat.valid_until = max(at.replace(microsecond=0), seat.valid_from)
    seat.save(update_fields=["valid_until"])
    r.note(_fact(seat))


def end_seats(r: Recorder, *, actor: ActorId, at: datetime, role: str | None = None, key: KeyId | None = None) -> int:
    """End all open seats of a person (of one role, on one key, if named) and return how many there were."""
    open_seats = _open(at).filter(actor=actor)
    if role is not None:
        open_seats = open_seats.filter(role=role)
    if key is not None:
        open_seats = open_seats.filter(key_id=key)
    ids = list(open_seats.values_list("id", flat=True))
    for seat_id in ids:
        end_seat(r, seat_id, at=at)
    return len(ids)


def has_seat(key: KeyId, actor: ActorId, at: datetime) -> bool:
    """Return whether the person holds a seat on the key at that time (for pages; the key service checks itself)."""
    held = KeySeat.objects.filter(key_id=key, actor=actor, valid_from__lte=at)
    return held.exclude(valid_until__lte=at).exists()


def _open(at: datetime) -> QuerySet[KeySeat]:
    """Return the seats that are open at a time, those that have a later end among them."""
    return KeySeat.objects.filter(Q(valid_until=None) | Q(valid_until__gt=at))


def _fact(seat: KeySeat) -> SeatFact:
    return SeatFact(
        id=seat.id, key=KeyId(seat.key_id), actor=ActorId(seat.actor), role=seat.role,
        since=instant(seat.valid_from), until=None if seat.valid_until is None else instant(seat.valid_until),
    )  # fmt: skip
