"""Erasure (EVIDENCE §2.7): two people sign; keys, files, documents, openings, texts and names go; the leaves stay.

1. One unit: the intent with its leaves `evidence.erasure_started`, which refer to every leaf whose document goes; in
   the same transaction those documents, openings, texts and names are deleted, and the rows that only they said are
   said anew, without what named anybody.
2. The keys in the key store and the files are destroyed.
3. One unit: `evidence.erased` with the same references, the end of the erasure.

Whatever cuts it short, `finish_erasures` goes on: at every start, and as due work. It destroys again whatever an old
backup brought back, also of keys that went without an erasure (`note_destroyed`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext as _

from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.web.home import Home
from evenhand.web.record.checks.counts import COUNTED, KEPT
from evenhand.web.record.documents import canonical
from evenhand.web.record.erasing import (
    check_rows,
    in_refs,
    keep_count,
    keep_writers_waiting,
    leaves_under,
    left_without,
    outliving,
    take,
)
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId, SealedId
from evenhand.web.record.keys import blob_keys, destroy_blob_key, destroy_key, is_running, living_keys
from evenhand.web.record.projections import RESTATED, said
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.unit import Recorder, recording
from evenhand.web.vault.holds import Held, check_free, check_nothing_runs, holds_on, people_of
from evenhand.web.vault.models import ErasedKey, ErasedLeaf, Erasure, VaultObject
from evenhand.web.vault.objects import blob_store
from evenhand.web.vault.signing import Signed, noting_unsigned, sign
from evenhand.web.vault.turns import alone, check_not_erased
from evenhand.web.vault.words import Kind, State, Why

_PURPOSE = "erase"


@dataclass(frozen=True, slots=True)
class Scope:
    """What goes: whole keys with all that is sealed under them, single objects, single leaves and texts.

    `blank`: takes out of rows what names somebody, in the caller's unit. `count`: the figures of a case that stay,
    canonical JSON; empty where nothing is counted. `posts`: canonical ids of posts that go from wherever else they lie.
    """

    keys: frozenset[KeyId] = frozenset()
    objects: frozenset[str] = frozenset()
    leaves: frozenset[int] = frozenset()
    texts: frozenset[SealedId] = frozenset()
    blank: Callable[[], None] = field(default=lambda: None)
    count: bytes = b""
    posts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Erased:
    """The id of an erasure, and what became of copies elsewhere, in sentences for whoever erases."""

    id: str
    copies: tuple[str, ...] = ()


Eraser = Callable[[Collection[str], Context], Sequence[str]]
"""Erases posts by canonical id where else they lie; returns what whoever erases should be told."""
_ERASERS: Final[list[Eraser]] = []


def register_eraser(eraser: Eraser) -> None:
    """Register who keeps copies of posts (by canonical id) elsewhere and can erase them; call it in `ready()`."""
    _ERASERS.append(eraser)


def erase(
    *,
    kind: Kind,
    target: str,
    why: Why,
    first: str,
    second: str,
    scope: Scope,
    ctx: Context,
    anew: Callable[[], Scope] | None = None,
) -> Erased:
    """Erase what a scope names and return what became of it. Two people in two roles sign; holds beat it.

    `anew`: returns the scope as it is inside the unit that begins the erasure, where nothing can come in any more; it
    may refuse. Of a file it is always asked again.

    Lawful destruction alone beats holds, and only of what is marked do not look, do not copy (R24). Raises Held,
    UsageError, DoesNotHold where the record itself does not hold: then nothing was erased. Cost: every document of
    the record is read twice, inside the transaction.
    """
    barred = people_of(kind, target)
    with noting_unsigned(target, purpose=_PURPOSE, ctx=ctx):
        one = sign(first, ctx=ctx, barred=barred)
        two = sign(second, ctx=ctx, barred=barred, after=one)
    if anew is None:
        anew = (lambda: scope_of_object(target)) if kind is Kind.OBJECT else lambda: scope
    asked = _Asked(kind, target, why, one, two)
    with _noting_held(asked, scope, ctx):
        _check_allowed(asked, scope)
    erasers = _ERASERS if scope.posts else ()  # first: once the case is gone nobody knows its posts
    copies = tuple(sentence for eraser in erasers for sentence in eraser(scope.posts, ctx))
    with _noting_held(asked, scope, ctx):
        erasure = _start(asked, anew, ctx)
    _finish(erasure, ctx)
    return Erased(erasure.id, copies)


def finish_erasures(ctx: Context) -> int:
    """Go on with every erasure that was cut short, destroy again what a backup brought back; return how many it was.

    Idempotent; without a key service nothing is due.
    """
    if not ErasedKey.objects.exists() or not is_running(Home.here()):
        return 0
    alive = {*(key for key, _ in living_keys()), *(blob for blob, _, _ in blob_keys())}
    gone = ErasedKey.objects.filter(Q(erasure=None) | Q(erasure__ended_at__isnull=False))
    again = _destroy([row for row in gone if row.key in alive])
    unfinished = list(Erasure.objects.filter(ended_at=None).order_by("started_at", "id"))
    for erasure in unfinished:
        _finish(erasure, ctx)
    return len(unfinished) + again


def note_destroyed(keys: Collection[KeyId]) -> list[list[Any]]:
    """Note data keys that go without an erasure, and return the rows as the caller's document says them (`ROWS`).

    In the unit that lets go of what lay under them; after its commit the caller destroys them. Cut short, or when an
    old key store comes back, the next start does.
    """
    rows = [ErasedKey(key=key, of_file=False) for key in sorted(keys)]
    return [said(row) for row in ErasedKey.objects.bulk_create(rows)]


def finished(targets: Sequence[str]) -> frozenset[str]:
    """Return which of these things were erased."""
    done = Erasure.objects.filter(target__in=list(targets)).exclude(ended_at=None)
    return frozenset(done.values_list("target", flat=True))


def erased_cases() -> list[str]:
    """Return the ids of all cases whose erasure is done."""
    done = Erasure.objects.filter(kind=Kind.CASE.value).exclude(ended_at=None)
    return list(done.values_list("target", flat=True))


def scope_of_object(obj: str) -> Scope:
    """Return what goes with one object: it and everything derived from it, with the leaves by which they came in."""
    family, latest = {obj}, {obj}
    while latest:
        latest = set(VaultObject.objects.filter(source__in=latest).values_list("id", flat=True)) - family
        family |= latest
    sealing = ("evidence.sealed", "evidence.quarantined", "evidence.derived", "evidence.redacted")
    leaves = {leaf for each in family for kind in sealing for leaf in leaves_about(each, kind)}
    rows = VaultObject.objects.filter(pk__in=family)
    texts = {text for row in rows for text in (row.link, row.declared_loss) if text}
    return Scope(objects=frozenset(family), leaves=frozenset(leaves), texts=frozenset(map(SealedId, texts)))


def leaves_about(obj: str, kind: str) -> list[int]:
    """Return the leaves of a type about a thing (hex32), in order. Linear in the log, once per leaf."""
    found: list[int] = []
    while True:
        try:
            found.append(leaf_about(obj, kind, since=found[-1] + 1 if found else 0))
        except UsageError:
            return found


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: Kind
    target: str
    why: Why
    first: Signed
    second: Signed

    @property
    def cases(self) -> list[str]:
        return [self.target] if self.kind is Kind.CASE else []


def _check_allowed(asked: _Asked, scope: Scope) -> None:
    check_not_erased(asked.target)
    if asked.why is Why.DESTRUCTION:
        others = VaultObject.objects.filter(pk__in=scope.objects).exclude(state=State.RESTRICTED)
        if asked.kind is not Kind.OBJECT or others.exists():
            raise UsageError(_("Lawful destruction is for files marked do not look, do not copy."))
        return
    if asked.kind is Kind.OBJECT:
        check_nothing_runs([asked.target])
    check_free(cases=asked.cases, objects=scope.objects)


@contextmanager
def _noting_held(asked: _Asked, scope: Scope, ctx: Context) -> Iterator[None]:
    """Record under each hold that somebody tried, if the block raises Held; where holds cannot be read, raise that."""
    try:
        yield
    except Held:
        body = {
            "refused": "erasure", "of": asked.kind.value, "target": asked.target,
            "by": [asked.first.person, asked.second.person],
        }  # fmt: skip
        holds = holds_on(cases=asked.cases, objects=scope.objects)
        with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
            for hold in holds:
                r.add(type="hold.reviewed", key=ORGANISATION, obj=hold.id, why=hold.reason, body=body)
        raise


def _start(asked: _Asked, anew: Callable[[], Scope], ctx: Context) -> Erasure:
    """Begin an erasure: from the first line to the end of the unit nothing else comes in, is held, or is written."""
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        alone()
        keep_writers_waiting()
        scope = anew()
        _check_allowed(asked, scope)
        check_rows(purpose=_PURPOSE)
        leaves = scope.leaves | leaves_under(scope.keys)
        erasure = Erasure(
            id=ctx.new_id(), kind=asked.kind.value, target=asked.target, why=asked.why.value,
            first_by=asked.first.person, first_role=asked.first.role.value, second_by=asked.second.person,
            second_role=asked.second.role.value, started_at=ctx.now().replace(microsecond=0),
        )  # fmt: skip
        erasure.save(force_insert=True)
        known = set(ErasedLeaf.objects.filter(seq__in=leaves).values_list("seq", flat=True))  # went with another one
        ErasedLeaf.objects.bulk_create(ErasedLeaf(seq=seq, erasure=erasure) for seq in sorted(leaves - known))
        blobs = _tombstones(scope.objects)
        keys = [*((str(key), False) for key in sorted(scope.keys)), *((blob, True) for blob in sorted(blobs))]
        ErasedKey.objects.bulk_create(ErasedKey(key=key, of_file=file, erasure=erasure) for key, file in keys)
        scope.blank()
        left = left_without(leaves, purpose=_PURPOSE)
        if asked.kind is Kind.OBJECT:
            take(leaves, keys=scope.keys, texts=scope.texts | left.texts)
        else:
            take(leaves, keys=scope.keys, texts=scope.texts)
            for text in outliving(left.texts, scope.keys):  # of a post, say, that another report names as well
                r.note(text)
        _add(r, "evidence.erasure_started", erasure, leaves, {RESTATED: left.rows})
        if scope.count:
            r.add(
                type="retention.purged", key=ORGANISATION, case=asked.cases[0] if asked.cases else None,
                obj=erasure.id, body={COUNTED: True}, commitments={"count": scope.count},
            )  # fmt: skip
    return erasure


def _tombstones(objects: frozenset[str]) -> set[str]:
    """Mark objects erased and return the blobs that no other object needs any more."""
    rows = list(VaultObject.objects.filter(pk__in=objects).exclude(state=State.ERASED))
    VaultObject.objects.filter(pk__in=[row.id for row in rows]).update(
        state=State.ERASED.value, collector=None, link=None, declared_loss=None, claimed_at=None, observed_at=None
    )
    blobs = {row.blob for row in rows}
    shared = VaultObject.objects.filter(blob__in=blobs).exclude(state=State.ERASED).values_list("blob", flat=True)
    return blobs - set(shared)


def _finish(erasure: Erasure, ctx: Context) -> None:
    _destroy(list(ErasedKey.objects.filter(erasure=erasure)))
    leaves = frozenset(ErasedLeaf.objects.filter(erasure=erasure).values_list("seq", flat=True))
    if not leaves and erasure.kind == Kind.OBJECT:  # all of them went before: the last leaf refers to them once more
        leaves = scope_of_object(erasure.target).leaves
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        counted = leaves_about(erasure.id, "retention.purged")
        for leaf in counted:
            keep_count(leaf)
        erasure.ended_at = ctx.now().replace(microsecond=0)
        erasure.save(update_fields=["ended_at"])
        _add(r, "evidence.erased", erasure, leaves, {RESTATED: [said(erasure)], KEPT: counted})


def _destroy(keys: Sequence[ErasedKey]) -> int:
    """Destroy keys and files that are still there and return how many that were; everything twice is once."""
    store, gone = blob_store(), 0
    names = dict(VaultObject.objects.filter(blob__in=[row.key for row in keys]).values_list("blob", "name"))
    for row in keys:
        if row.of_file:
            file = store.delete(names[row.key]) if row.key in names else False
            gone += destroy_blob_key(row.key) or file
        else:
            gone += destroy_key(KeyId(row.key))
    return gone


def _add(r: Recorder, type: str, erasure: Erasure, leaves: frozenset[int], body: dict[str, object]) -> None:
    """Add the leaves of one step: each refers to at most sixteen, the first one's document says the rest."""
    case, obj = (erasure.target, erasure.id) if erasure.kind == Kind.CASE else (None, erasure.target)
    commitments = {
        "scope": canonical({"kind": erasure.kind, "target": erasure.target, "leaves": sorted(leaves)}),
        "approvers": canonical(
            [[erasure.first_by, erasure.first_role], [erasure.second_by, erasure.second_role]]
        ),
    }  # fmt: skip
    for place, ref in enumerate(in_refs(leaves)):
        r.add(
            type=type, key=ORGANISATION, case=case, obj=obj, why=erasure.why, ref=ref,
            body=body if place == 0 else {"of": erasure.id}, commitments=commitments,
        )  # fmt: skip
