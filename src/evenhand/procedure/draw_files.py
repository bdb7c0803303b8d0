"""A draw as a document, and back: what the record keeps and a bundle carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evenhand.errors import UsageError
from evenhand.procedure.draw import (
    AtMost,
    Candidate,
    Constraints,
    DrawRecord,
    Exclusion,
    Plan,
    Seat,
    Seated,
    Skill,
)


def to_document(record: DrawRecord) -> dict[str, object]:
    """Return a record as plain text, numbers, lists and mappings, ready for canonical JSON."""
    return {
        "plan": record.plan.document(),
        "commitment": record.commitment,
        "nonce": record.nonce.hex(),
        "seats": [{"seat": each.seat, "person": each.person, "forced": each.forced} for each in record.seats],
    }


def from_document(document: Mapping[str, Any]) -> DrawRecord:
    """Return the record of such a document; raise UsageError if it has another form. It is not replayed here."""
    try:
        return DrawRecord(
            plan=_plan(document["plan"]),
            commitment=str(document["commitment"]),
            nonce=bytes.fromhex(document["nonce"]),
            seats=tuple(Seated(each["seat"], each["person"], each["forced"]) for each in document["seats"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(f"this is not the document of a draw ({type(error).__name__}).") from None


def _plan(values: Mapping[str, Any]) -> Plan:
    if values["v"] != 1:
        raise UsageError("this draw was made by a version that is not known here.")
    return Plan(
        case_id=values["case"],
        draw_no=values["draw_no"],
        pool=tuple(_candidate(each) for each in values["pool"]),
        constraints=_constraints(values["constraints"]),
        nonce_commitment=values["nonce_commitment"],
        kept=dict(values["kept"]),
    )


def _candidate(values: Mapping[str, Any]) -> Candidate:
    excluded = values["excluded"]
    return Candidate(
        person=values["person"],
        skills=frozenset(Skill(each) for each in values["skills"]),
        groups=frozenset(values["groups"]),
        excluded=None if excluded is None else Exclusion(excluded),
    )


def _constraints(values: Mapping[str, Any]) -> Constraints:
    return Constraints(
        seats=tuple(Seat(each["name"], frozenset(Skill(skill) for skill in each["needs"])) for each in values["seats"]),
        balance=tuple(AtMost(each["kind"], each["number"]) for each in values["balance"]),
        least=values["least"],
    )
