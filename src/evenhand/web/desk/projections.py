"""How documents rebuild the desk's tables; `evenhand ledger verify` folds them all and compares every column."""

from __future__ import annotations

from typing import Any

from evenhand.web.record.documents import Document
from evenhand.web.record.projections import Projection, register

State = dict[Any, dict[str, Any]]

BATCH = "desk.leads"  # the `table` word of a batch document of ours; other rooms seal batches too

REFIT = "detector.refit"  # the `setting` word of a refit proposed, switched on or ended


def register_all() -> None:
    """Register the tables; called once when Django starts."""
    register(Projection("desk_protected", ("policy.changed",), fold_protected))
    register(Projection("desk_lead", ("evidence.batch_sealed", "lead.disposed", "retention.purged"), fold_leads))
    register(Projection("desk_reading", ("lead.disposed",), fold_readings))
    register(Projection("desk_screening", ("lead.disposed",), fold_screenings))
    register(Projection("desk_example", ("sample.drawn", "lead.disposed", "retention.purged"), fold_examples))
    register(Projection("desk_label", ("lead.disposed",), fold_labels))
    register(Projection("desk_local_refit", ("policy.changed",), fold_refits))


def fold_protected(state: State, document: Document) -> None:
    """Add the person a document declares protected."""
    body = document.body
    if body.get("setting") == "protected":
        columns = ("key", "label", "accounts", "declared_by", "declared_at")
        state[document.obj] = {"id": document.obj} | {name: body[name] for name in columns}


def fold_leads(state: State, document: Document) -> None:
    """Add a batch of leads, move the one lead that a disposal names, or take the address from those erased."""
    body = document.body
    if document.type == "retention.purged":
        for lead in body.get("leads", ()):
            state[lead["id"]] = state[lead["id"]] | lead
        return
    if document.type == "evidence.batch_sealed":
        if body.get("batch_of") == BATCH:
            for lead in body["leads"]:
                state[lead["id"]] = dict(lead)
    elif document.obj is not None:
        moved = {name: body[name] for name in ("status", "reason", "disposed_by", "disposed_at")}
        state[document.obj] = state[document.obj] | moved


def fold_readings(state: State, document: Document) -> None:
    """Add what a screening read and could not read."""
    for reading in document.body.get("readings", ()):
        state[reading["id"]] = dict(reading)


def fold_screenings(state: State, document: Document) -> None:
    """Add the import that was screened."""
    screening = document.body.get("screening")
    if screening is not None:
        state[screening["batch"]] = dict(screening)


def fold_examples(state: State, document: Document) -> None:
    """Add the posts that were drawn, or brought by an officer; note those whose words were erased."""
    for example in document.body.get("examples", ()):
        state[example["id"]] = state.get(example["id"], {}) | example


def fold_labels(state: State, document: Document) -> None:
    """Add what a person said of a post."""
    for label in document.body.get("labels", ()):
        state[label["id"]] = dict(label)


def fold_refits(state: State, document: Document) -> None:
    """Add a proposed refit, or change those that an approval or an end names."""
    if document.body.get("setting") == REFIT:
        for row in document.body["refits"]:
            state[row["id"]] = state.get(row["id"], {}) | row
