"""Acts: the one way rows of cases change. What an act did to rows stands in its document, which rebuilds them.

    with recording(actor=actor, ctx=ctx, purpose="triage") as r, acting(r, "submission.triaged", case=case) as act:
        act.change(case, danger="carded")
        act.fact(cards=1)

At the end of the block one document is added: its facts, and per row the table, the key and the columns. The fold
(`record.projections.fold_rows`) is the same few lines for every table, so a page can never change what no document
says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import models

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.cases.models import Case
from evenhand.web.cases.refusals import Stale
from evenhand.web.record.ids import SYSTEM, ActorId, DocumentId, KeyId, SealedId
from evenhand.web.record.projections import ROWS, plain, said
from evenhand.web.record.sealed import seal_text
from evenhand.web.record.seats import has_seat
from evenhand.web.record.unit import Recorder

Row = TypeVar("Row", bound=models.Model)


class Act:
    """One act being written: what changed in which rows, and the facts its document holds beside them."""

    def __init__(self, r: Recorder, key: KeyId) -> None:
        self.r = r
        self.key = key
        self.facts: dict[str, Any] = {}
        self.rows: list[list[Any]] = []

    def fact(self, **facts: Any) -> None:
        """Add facts to the document: words of closed lists, ids, counts, times; never free text or a name."""
        self.facts |= {name: plain(value) for name, value in facts.items()}

    def insert(self, row: Row) -> Row:
        """Insert a row and return it; the database's own guards speak first."""
        row.save(force_insert=True)
        self.rows.append(said(row))
        return row

    def change(self, row: models.Model, **columns: Any) -> None:
        """Change columns (by attribute name) of one row; Stale (a case) or UsageError if it changed since it was read.

        A case is compared by its revision, which counts up; any other row by the columns that are changed.
        """
        if isinstance(row, Case):
            was: dict[str, Any] = {"revision": row.revision}
            columns["revision"] = row.revision + 1
        else:
            was = {name: getattr(row, name) for name in columns}
        model = type(row)._default_manager
        if model.filter(pk=row.pk, **_comparable(was)).update(**columns) != 1:
            if isinstance(row, Case):
                raise Stale
            raise UsageError(
                "somebody else changed this at the same moment", mend="Look at it again: nothing of yours was saved."
            )
        for name, value in columns.items():
            setattr(row, name, value)
        changed = {row._meta.get_field(name).column: plain(value) for name, value in columns.items()}  # type: ignore[union-attr] # a column of this row, never a relation to it
        self.rows.append([row._meta.db_table, _key(row), changed])

    def seal(self, field: str, text: str, *, key: KeyId | None = None) -> SealedId:
        """Seal a text under the act's key (or another) and return its id; the document names it."""
        return seal_text(self.r, key=key or self.key, field=field, text=text)


@contextmanager
def acting(
    r: Recorder,
    type: str,
    *,
    case: Case | None = None,
    key: KeyId | None = None,
    obj: str | None = None,
    why: str | None = None,
    ref: tuple[int, ...] = (),
    pub: Mapping[str, bytes | str] | None = None,
    commitments: Mapping[str, bytes] | None = None,
) -> Iterator[Act]:
    """Open one act of a leaf type; its document is added when the block ends without an error.

    `key`: what it is sealed under, the case's by default. Raises UsageError as `Recorder.add` does.
    """
    under = key or (KeyId(case.key) if case is not None else None)
    if under is None:
        raise UsageError("an act needs a case or a key")
    act = Act(r, under)
    yield act
    r.add(
        type=type, key=under, body=act.facts | {ROWS: act.rows}, obj=obj, case=case.id if case is not None else None,
        why=why, ref=ref, pub=pub, commitments=commitments,
    )  # fmt: skip


def writer(case: Case, actor: ActorId, ctx: Context) -> ActorId:
    """Return the actor itself where it may write under the case's key; else SYSTEM, which writes what they did."""
    return actor if has_seat(KeyId(case.key), actor, ctx.now()) else SYSTEM


def last_document(r: Recorder) -> DocumentId | None:
    """Return the id of the last document the committed unit wrote; None before that."""
    return r.acknowledged[-1].document if r.acknowledged else None


def _key(row: models.Model) -> Any:
    return list(row.pk) if isinstance(row.pk, tuple) else row.pk


def _comparable(was: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"{name}__isnull" if value is None else name: True if value is None else value for name, value in was.items()
    }
