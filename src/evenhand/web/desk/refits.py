"""Local refits in this installation: made from the desk's examples, in use only once two people said so.

One person proposes, another approves, each signed in as themselves; either act, and the end, is `policy.changed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import models as columns
from django.utils.translation import gettext as _

from evenhand.categories import Category
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.screening import Screener
from evenhand.screening.local import LocalPackage, LocalScreener, divided, load_local, refit, save_local
from evenhand.screening.local.apply import Detector
from evenhand.web.desk.examples import labelled_examples
from evenhand.web.desk.models import LocalRefit
from evenhand.web.desk.projections import REFIT
from evenhand.web.desk.protection import whole_second
from evenhand.web.home import Home
from evenhand.web.people.permissions import CARRIED_BY, Permission
from evenhand.web.people.queries import roles_at
from evenhand.web.record.documents import instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, ActorId
from evenhand.web.record.unit import Recorder, recording

PURPOSE: Final = "desk.refit"


def models_folder(home: Home) -> Path:
    """Return where an installation keeps local packages: EVENHAND_DATA/models."""
    return home.root / "models"


def make_refit(home: Home, ctx: Context, *, base: Screener) -> tuple[LocalPackage, Path]:
    """Fit a package on the desk's agreed examples, write it into the models folder, and return both.

    Changes no score. Raises UsageError or DoesNotHold, in words, where `evenhand.screening.local` refuses.
    """
    learnt, held_out = divided(labelled_examples(ctx))
    settled = base.package.calibration.thresholds
    thresholds = {Category(name): value for name, value in settled.items()}
    package = refit(learnt, held_out, base=base, thresholds=thresholds, now=ctx.now())
    return package, save_local(package, models_folder(home))


@dataclass(frozen=True, slots=True)
class Use:
    """One refit that was proposed: its package, who and when, and whether it is in use."""

    id: str
    package: str
    digest: str
    proposed_by: str
    proposed_at: datetime
    approved_at: datetime | None
    ended_at: datetime | None


_USE: Final = ("id", "package", "digest", "proposed_by", "proposed_at", "approved_at", "ended_at")


def refit_in_use() -> Use | None:
    """Return the refit that two people switched on and nobody ended, None for the detector as shipped. One query."""
    row = _standing().exclude(approved_at=None).values_list(*_USE).first()
    return Use(*row) if row else None


def proposed() -> list[Use]:
    """Return the refits that wait for a second person, oldest first. One query."""
    waiting = _standing().filter(approved_at=None).order_by("proposed_at", "id")
    return [Use(*row) for row in waiting.values_list(*_USE)]


def packages(home: Home) -> list[str]:
    """Return the ids of the refits in the models folder, sorted."""
    return sorted(path.stem for path in models_folder(home).glob("local-*.json"))


def in_use(base: Screener, home: Home) -> Detector:
    """Return the detector in use: the base, with the refit on top that two people switched on.

    A refit made for another model, or whose file is gone or changed, is not used: every verdict names the
    calibration it came from, and `why_not` says so on the pages. One query, one small file.
    """
    use = refit_in_use()
    if use is None or why_not(use, base, home):
        return base
    return LocalScreener(base, load_local(models_folder(home), use.package))


def why_not(use: Use, base: Detector, home: Home) -> str:
    """Return why a refit that was switched on cannot be used, "" if it can."""
    try:
        package = load_local(models_folder(home), use.package)
        if _digest(home, use.package) != use.digest:
            return _("its file is not the one that two people agreed to")
        LocalScreener(base, package)
    except UsageError as refusal:
        return str(refusal)
    return ""


def propose(*, package: str, home: Home, actor: ActorId, ctx: Context) -> str:
    """Record that somebody proposes to use a refit and return the proposal's id. It is not in use yet."""
    load_local(models_folder(home), package)
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        _must_sign(actor, ctx)
        if _standing().filter(package=package).exists():
            raise UsageError(_("This refit is proposed or in use already."))
        row = LocalRefit(
            id=ctx.new_id(), package=package, digest=_digest(home, package), proposed_by=actor,
            proposed_at=whole_second(ctx),
        )  # fmt: skip
        row.save(force_insert=True)
        _record(r, row.id, [_said(row)])
    return row.id


def approve(*, proposal: str, home: Home, actor: ActorId, ctx: Context) -> None:
    """Record the second person's yes: the refit is in use from now on, and whatever was before it has ended."""
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        _must_sign(actor, ctx)
        row = _standing().select_for_update().filter(id=proposal, approved_at=None).first()
        if row is None:
            raise UsageError(_("This proposal does not wait any more."), mend=_("Look again: somebody settled it."))
        if row.proposed_by == actor:
            raise UsageError(_("You proposed this refit; a second person has to switch it on."))
        if _digest(home, row.package) != row.digest:
            raise UsageError(_("The file has changed since it was proposed."), mend=_("Make and propose it again."))
        changed = [_ended(old, actor, ctx) for old in _standing().exclude(approved_at=None)]
        row.approved_by, row.approved_at = actor, whole_second(ctx)
        row.save(update_fields=["approved_by", "approved_at"])
        _record(r, row.id, [*changed, _said(row)])


def end(*, use: str, actor: ActorId, ctx: Context) -> None:
    """Record that a refit, or a proposal, is ended: the detector is as shipped from now on. One person is enough."""
    with recording(actor=actor, ctx=ctx, purpose=PURPOSE) as r:
        if actor != SYSTEM:
            _must_sign(actor, ctx)
        row = _standing().select_for_update().filter(id=use).first()
        if row is None:
            raise UsageError(_("This refit is not in use."))
        _record(r, row.id, [_ended(row, actor, ctx)])


def _standing() -> columns.QuerySet[LocalRefit]:
    return LocalRefit.objects.filter(ended_at=None)


def _must_sign(actor: ActorId, ctx: Context) -> None:
    """Refuse whoever may not sign rules. Raises UsageError."""
    if not roles_at(actor, ctx.now()) & CARRIED_BY[Permission.PUBLISH_RULES]:
        raise UsageError(_("An officer or the case keeper decides about a refit."))


def _ended(row: LocalRefit, actor: ActorId, ctx: Context) -> dict[str, Any]:
    row.ended_by, row.ended_at = actor, whole_second(ctx)
    row.save(update_fields=["ended_by", "ended_at"])
    return _said(row)


def _said(row: LocalRefit) -> dict[str, Any]:
    said = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: instant(value) if isinstance(value, datetime) else value for name, value in said.items()}


def _record(r: Recorder, obj: str, refits: list[dict[str, Any]]) -> None:
    r.add(type="policy.changed", obj=obj, key=ORGANISATION, body={"setting": REFIT, "refits": refits})


def _digest(home: Home, package: str) -> str:
    """Return the SHA-256 of a package file; UsageError if it is gone."""
    try:
        return sha256((models_folder(home) / f"{package}.json").read_bytes()).hexdigest()
    except OSError:
        raise UsageError(_("The file of this refit is gone."), where=package, mend=_("Make it again.")) from None
