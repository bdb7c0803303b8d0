"""The verbs of rules: propose a text, take it back, sign it a second time and so publish it.

A proposal is one person's signature, the publication another's: two people, two roles, two sessions (INV-06). What
is published is never changed (INV-25); a new version begins on a later day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import models as columns
from django.utils.translation import gettext as _

from evenhand.codes import Version, digest
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.people.queries import standing_of
from evenhand.web.record.ids import ORGANISATION, ActorId
from evenhand.web.record.projections import ROWS, said
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.rules.checking import CheckedCode, CheckedProcedure, check_code, check_procedure
from evenhand.web.rules.models import Clause, CodeVersion, ProcedureVersion, Proposal
from evenhand.web.rules.policy import check_signer, check_signers
from evenhand.web.rules.queries import clause_id, code_versions, procedures, thing_of


class Kind(StrEnum):
    """What a text is."""

    CODE = "code"
    PROCEDURE = "procedure"


@dataclass(frozen=True, slots=True)
class _Signed:
    """A proposal with its second signature: who and when, and the change of its row as a document says it."""

    proposal: Proposal
    second: ActorId
    at: datetime
    change: list[Any]


def propose(*, kind: Kind, text: str, actor: ActorId, ctx: Context) -> str:
    """Sign a text first and return the id of the proposal. Raises UsageError for one that could not be published."""
    with recording(actor=actor, ctx=ctx, purpose="propose a rule") as r:
        now = _now(ctx)
        check_signer(standing_of(actor, at=now, second_step=True))
        _check(kind, text, now.date())
        row = Proposal(id=ctx.new_id(), kind=kind.value, text=text, proposed_by=actor, proposed_at=now)
        row.save(force_insert=True)
        body = {"setting": "rules.proposal", "change": "proposed", ROWS: [said(row)]}
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=body)
    return row.id


def withdraw(*, proposal: str, actor: ActorId, ctx: Context) -> None:
    """Take a proposal back; whoever may sign may. Raises UsageError where it does not wait any more."""
    with recording(actor=actor, ctx=ctx, purpose="withdraw a proposal") as r:
        now = _now(ctx)
        check_signer(standing_of(actor, at=now, second_step=True))
        row = _waiting(proposal)
        changed = _settle(row, "withdrawn", actor, now)
        body = {"setting": "rules.proposal", "change": "withdrawn", ROWS: [changed]}
        r.add(type="policy.changed", obj=row.id, key=ORGANISATION, body=body)


def approve(*, proposal: str, actor: ActorId, ctx: Context) -> tuple[str, ...]:
    """Sign a proposal second, publish it, and return the digests of what is new.

    Raises UsageError where it does not wait any more, the two may not sign together, or the text could not be
    published today. One leaf per version: `code.adopted` or `procedure.adopted` with its digest.
    """
    with recording(actor=actor, ctx=ctx, purpose="publish a rule") as r:
        now = _now(ctx)
        row = _waiting(proposal)
        check_signers(
            standing_of(row.proposed_by, at=now, second_step=True), standing_of(actor, at=now, second_step=True)
        )
        checked = _check(Kind(row.kind), row.text, now.date())
        signed = _Signed(row, actor, now, _settle(row, "published", actor, now))
        if isinstance(checked, CheckedProcedure):
            return (_publish_procedure(r, signed, checked),)
        return _publish_code(r, signed, checked)


def publish_code(*, text: str, first_signer: ActorId, second_signer: ActorId, ctx: Context) -> tuple[str, ...]:
    """Publish a code that two people signed on the same occasion; return the digests of its new versions.

    The same two verbs as by the pages, each by its own person, in one unit of work: for commands and the demo.
    """
    return _both(Kind.CODE, text, first_signer, second_signer, ctx)


def publish_procedure(*, text: str, first_signer: ActorId, second_signer: ActorId, ctx: Context) -> str:
    """Publish a procedure that two people signed on the same occasion; return its digest."""
    return _both(Kind.PROCEDURE, text, first_signer, second_signer, ctx)[0]


def _both(kind: Kind, text: str, first: ActorId, second: ActorId, ctx: Context) -> tuple[str, ...]:
    with recording(actor=first, ctx=ctx, purpose="publish a rule"):
        return approve(proposal=propose(kind=kind, text=text, actor=first, ctx=ctx), actor=second, ctx=ctx)


def _check(kind: Kind, text: str, today: date) -> CheckedCode | CheckedProcedure:
    if kind is Kind.CODE:
        return check_code(text, code_versions(), today)
    return check_procedure(text, procedures(), today)


def _publish_code(r: Recorder, signed: _Signed, checked: CheckedCode) -> tuple[str, ...]:
    """Insert the rows of each new version and add its document; the first also settles the proposal."""
    digests: list[str] = []
    for version in checked.new:
        published = _code_row(signed, checked.slug, version)
        clauses = [_clause_row(published, clause.number) for clause in version.clauses]
        written = [*([] if digests else [signed.change]), *_inserted(published, *clauses)]
        r.add(
            type="code.adopted", obj=thing_of(published.id), key=ORGANISATION, body={ROWS: written},
            pub={"code": f"sha256:{published.id}"},
        )  # fmt: skip
        digests.append(published.id)
    return tuple(digests)


def _code_row(signed: _Signed, slug: str, version: Version) -> CodeVersion:
    return CodeVersion(
        id=digest(slug, version), slug=slug, version=version.number, in_force_from=version.start,
        in_force_until=version.end - timedelta(days=1) if version.end else None, published_at=signed.at,
        first_signer=signed.proposal.proposed_by, second_signer=signed.second, text=signed.proposal.text,
    )  # fmt: skip


def _clause_row(code: CodeVersion, number: str) -> Clause:
    return Clause(
        id=clause_id(code.id, number), code=code, clause=number, in_force_from=code.in_force_from,
        in_force_until=code.in_force_until,
    )  # fmt: skip


def _publish_procedure(r: Recorder, signed: _Signed, checked: CheckedProcedure) -> str:
    published = ProcedureVersion(
        id=sha256(signed.proposal.text.encode()).hexdigest(), name=checked.name, version=checked.version,
        table_version=checked.table_version, in_force_from=checked.since, published_at=signed.at,
        first_signer=signed.proposal.proposed_by, second_signer=signed.second, text=signed.proposal.text,
    )  # fmt: skip
    body = {ROWS: [signed.change, *_inserted(published)]}
    r.add(
        type="procedure.adopted", obj=thing_of(published.id), key=ORGANISATION, body=body,
        pub={"procedure": f"sha256:{published.id}"},
    )  # fmt: skip
    return published.id


def _inserted(*rows: columns.Model) -> list[list[Any]]:
    for row in rows:
        row.save(force_insert=True)
    return [said(row) for row in rows]


def _waiting(proposal: str) -> Proposal:
    row = Proposal.objects.select_for_update().filter(pk=proposal, outcome=None).first()
    if row is None:
        raise UsageError(
            _("this proposal does not wait for a signature"), mend=_("Look again: somebody has settled it.")
        )
    return row


def _settle(row: Proposal, outcome: str, actor: ActorId, now: datetime) -> list[Any]:
    """Settle a proposal and return the change as a document says it."""
    row.outcome, row.settled_by, row.settled_at = outcome, actor, now
    row.save(update_fields=["outcome", "settled_by", "settled_at"])
    table, key, whole = said(row)
    return [table, key, {name: whole[name] for name in ("outcome", "settled_by", "settled_at")}]


def _now(ctx: Context) -> datetime:
    """Return now in whole seconds, as documents write it."""
    return ctx.now().replace(microsecond=0)
