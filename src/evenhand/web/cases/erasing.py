"""What goes with a case that is erased (T23), and what stays: rows that name nobody, and its figures.

A case shares its report's key with every case that came from the same report, so that key goes with the last of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import Enum
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import EvenhandError, UsageError
from evenhand.evidence.item_id import canonical_item
from evenhand.procedure.states import OPEN, State
from evenhand.web.cases.bundle_exports import exports_of, forget_exports
from evenhand.web.cases.counting import counting_of
from evenhand.web.cases.holding import running_among
from evenhand.web.cases.models import Case, Item, LookupAsk, Party, SubmissionItem
from evenhand.web.cases.queries import files_in_alone, files_of
from evenhand.web.cases.steps.decide.closing import closes_after
from evenhand.web.home import Home
from evenhand.web.notices.outbox_files import forget_mails, mails_of
from evenhand.web.record.documents import canonical, instant
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId, SealedId
from evenhand.web.record.keys import is_running
from evenhand.web.record.sealed import erase_texts, open_texts, still_there
from evenhand.web.record.unit import recording
from evenhand.web.vault.erasing import (
    Erased,
    Scope,
    erase,
    erased_cases,
    finished,
    leaves_about,
    scope_of_object,
)
from evenhand.web.vault.turns import check_not_erased
from evenhand.web.vault.words import Kind, Why

ASKED: Final = "owner.changed"
"""The type of the leaves by which a look-up is asked for and approved."""


@dataclass(frozen=True, slots=True)
class ErasedCase:
    """What was erased, and who holds a bundle of it: (when, for whom, how), the latest first."""

    erased: Erased
    recipients: tuple[tuple[str, str, str], ...]


def erase_case(case: Case, *, why: Why, first: str, second: str, ctx: Context) -> ErasedCase:
    """Erase a closed case; two people sign, holds beat it, its figures stay. Copies of bundles kept here go too.

    Raises UsageError for a case that is not closed, that a running one was merged with, or that was erased before;
    else as `vault.erasing.erase`.
    """
    check_not_erased(case.id, where=case.number)  # before anything is read: its key is gone
    _check_over(case)
    exports = exports_of(case, actor=SYSTEM, purpose="erase", ctx=ctx)
    scope = replace(scope_of(case), posts=_posts(case, ctx))
    mails = mails_of(case.id, list(Party.objects.filter(case=case).values_list("id", flat=True)), ctx)
    erased = erase(
        kind=Kind.CASE, target=case.id, why=why, first=first, second=second, scope=scope, ctx=ctx,
        anew=lambda: _as_it_is(case.id, mails),
    )  # fmt: skip
    forget_exports(each.id for each in exports)
    return ErasedCase(erased, tuple((instant(each.at), each.to, each.how) for each in exports))


def _as_it_is(case: str, mails: Collection[str]) -> Scope:
    """Return what goes with a case, read anew, and mails by their words. Raises UsageError where it is not over."""
    row = Case.objects.select_related("submission").get(pk=case)
    _check_over(row)

    def blank() -> None:
        _blank(row)
        forget_mails(mails)

    return replace(scope_of(row), blank=blank)


def _check_over(case: Case) -> None:
    running = running_among([case.id])
    if case.id in running:
        raise UsageError(_("Only a closed case can be erased."), where=case.number, mend=_way_out(case))
    if running:
        raise UsageError(
            _("It was merged into a case that is not closed (%(numbers)s), which stands on what it brought.")
            % {"numbers": ", ".join(sorted(running.values()))},
            where=case.number, mend=_("Erase both when that one is closed."),
        )  # fmt: skip


def _way_out(case: Case) -> str:
    """Return when a case that is not closed will be: nobody closes one by hand."""
    if case.merged_into is not None:
        number = {"number": case.merged_into.number}
        return _("It went into case %(number)s, and closes by itself when that one is closed.") % number
    if (day := closes_after(case)) is not None:
        said = {"date": date_format(day)}
        return (
            _("It closes by itself when the time to ask for new people and what follows are over: not before %(date)s.")
            % said
        )
    if State(case.state) in OPEN:
        return _(
            "It is still being decided. After that it closes by itself, when the time to ask for new people and what "
            "follows are over."
        )
    return _("It closes by itself when the time to ask for new people and what follows are over.")


def scope_of(case: Case) -> Scope:
    """Return what goes with a case, but for the posts: these are sealed, and cannot be read inside a unit of work."""
    shared = _others_stand(case)
    items = [] if shared else _own_items(case)
    uploads = files_in_alone(case) if shared else files_of(case)
    keys = {KeyId(case.key)} | ({KeyId(case.priors_key)} if case.priors_key else set())
    if not shared:
        keys |= {KeyId(case.submission.key), *(KeyId(item.key) for item in items)}
    objects: set[str] = set()
    for upload in uploads.values_list("id", flat=True):
        objects |= scope_of_object(upload).objects
    asks = list(LookupAsk.objects.filter(case=case))
    return Scope(
        keys=frozenset(keys), objects=frozenset(objects), count=_figures(case.id),
        texts=_asked(asks),
        leaves=frozenset(leaf for ask in asks for leaf in leaves_about(ask.id, ASKED)),
    )  # fmt: skip


def _asked(asks: Sequence[LookupAsk]) -> frozenset[SealedId]:
    """Return what look-ups ask for and why: under the organisation's key, which stays, until one was made."""
    return frozenset(SealedId(text) for ask in asks for text in (ask.account, ask.purpose))


def forget_lookups(ctx: Context) -> int:
    """Delete what look-ups of erased cases still say under the organisation's key and return how many. Idempotent.

    For cases that were erased before their erasure took this along. Without a key service nothing is due.
    """
    asks = list(LookupAsk.objects.filter(case__in=erased_cases()))
    there = still_there(_asked(asks))
    late = [ask for ask in asks if {ask.account, ask.purpose} & there]
    if not late or not is_running(Home.here()):
        return 0
    with recording(actor=SYSTEM, ctx=ctx, purpose="erase") as r:
        texts = sorted(there)
        erase_texts(r, texts)
        r.add(
            type="retention.purged", key=ORGANISATION, body={"erased_texts": texts},
            commitments={"count": canonical({"lookups": len(late)})},
        )  # fmt: skip
    return len(late)


def _others_stand(case: Case) -> bool:
    """Return whether another case of the same report is still there."""
    others = Case.objects.filter(submission=case.submission_id).exclude(pk=case.pk).values_list("id", flat=True)
    return bool(set(others) - finished(list(others)))


def _own_items(case: Case) -> list[Item]:
    """Return the posts that no other report names."""
    mine = SubmissionItem.objects.filter(submission=case.submission_id).values_list("item_id", flat=True)
    others = SubmissionItem.objects.filter(item__in=mine).exclude(submission=case.submission_id)
    return list(Item.objects.filter(pk__in=set(mine) - set(others.values_list("item_id", flat=True))))


def _posts(case: Case, ctx: Context) -> frozenset[str]:
    """Return the canonical ids of posts, under which the corpus holds them, from the places that were named."""
    items = [] if _others_stand(case) else _own_items(case)
    places = open_texts([item.locator for item in items], actor=SYSTEM, purpose="erase", ctx=ctx)
    return frozenset(key for place in places.values() if (key := _canonical(place)))


def _canonical(place: str) -> str:
    try:
        return canonical_item(place).key
    except EvenhandError:
        return place if ":" in place else ""  # an act without an address, or an id as it is


def _blank(case: Case) -> None:
    """Take out of the rows what names or finds a person; the texts they point to go with the keys."""
    Party.objects.filter(case=case).update(name=None, contact=None, account=None, code_digest=None, second_digest=None)
    Case.objects.filter(pk=case.pk).update(
        source_lookup=case.submission_id, blind_text=None, facts=None, facts_blind=None, revision=case.revision + 1
    )


def _figures(case: str) -> bytes:
    """Return the figures of a case that stay, as canonical JSON: quarters, words and counts, no pseudonym."""
    return canonical(_plain(asdict(counting_of(case))))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
