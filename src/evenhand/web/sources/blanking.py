"""An erasure and the files its posts came in: each sealed copy is replaced by one in which those records are blanked.

A file that comes in later and holds what was erased is sealed in that form at once (`seal_without`), never as it came.

In this order, so that a cut at any place leaves a copy that can be opened and nothing half done: the new copy is sealed
under a key of its own, durably; it is read again from its sealed form and compared; one transaction names it in the
old one's place, with a leaf that refers to the old one's leaf; then the old key is destroyed and the old file removed.
Where no truthful copy can be made the old one goes whole, as its thirty days would have it go, and the leaf says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Q

from evenhand.context import Context
from evenhand.errors import EvenhandError, UsageError
from evenhand.posts import reader_named
from evenhand.posts.blanking import CannotBlank, Found, Place, Why, blanked, check, find
from evenhand.posts.blanking.finding import reads
from evenhand.posts.reader import Head, Reader, ReaderAround, Sign
from evenhand.posts.recognition import Recognised
from evenhand.web.home import Home
from evenhand.web.record.deleting import held
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId
from evenhand.web.record.projections import ROWS
from evenhand.web.record.queries import leaf_about
from evenhand.web.record.sealed import erase_texts, open_texts, seal_text
from evenhand.web.record.unit import recording
from evenhand.web.sources.copies import destroy_copies, forget_copies, texts_beside
from evenhand.web.sources.models import Import
from evenhand.web.sources.queries import copy_name, corpus_here, leaves_of_copy, query
from evenhand.web.sources.sealing import SealedCopy, check_unchanged, seal_stream, sealed_source
from evenhand.web.vault.erasing import note_destroyed

_PURPOSE: Final = "erase posts from a source file"
TOOL: Final = "evenhand blanking/1"


class HeldCopy(UsageError):
    """A sealed copy is under a legal hold, so that nothing of it goes."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of one sealed copy: records blanked and others found again in it; or why it went whole."""

    source: str
    records: int = 0
    others: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    """One sealed copy in which a post stands: as it can be read, and where in it; or why it must go whole."""

    row: Import
    name: str = ""
    original: Recognised | None = None
    found: Found | None = None
    why: str = ""


def replace_copies(posts: Collection[str], *, ctx: Context, home: Home) -> list[Replaced]:
    """Blank posts (by record key) in every sealed copy that holds them; return what became of each.

    Raises UsageError where one of these files is under a legal hold, before anything is changed; Busy during an import.
    Every copy that may hold one is read: those the corpus names, and those that brought what was held already.
    """
    plans = list(_plans(posts, ctx, home))
    if held([plan.row.id for plan in plans]):
        raise HeldCopy("a file that these posts came in is under a legal hold", mend="evenhand vault list")
    done, whole = [], defaultdict(list)
    for plan in plans:
        try:
            done.append(_replace(plan, ctx=ctx, home=home))
        except CannotBlank as error:
            whole[error.why.value].append(plan.row)
    for why, rows in whole.items():
        forget_copies(rows, ctx=ctx, home=home, why=why)
        done += [Replaced(row.sha256, why=why) for row in rows]
    return done


@dataclass(frozen=True, slots=True)
class Without:
    """A sealed copy of a file that came in, without what was erased before; `made`: what a document says of that."""

    copy: SealedCopy
    records: int
    made: dict[str, Any]


def seal_without(recognised: Recognised, posts: Collection[str], *, ctx: Context, home: Home) -> Without:
    """Seal a file that is being imported with posts (by record key) blanked, and read it again. Needs `writing`.

    Raises CannotBlank where no truthful copy can be made, UsageError if the file changed meanwhile; then nothing is
    left. Cost: the file's reader goes through it five times.
    """
    original = replace(recognised, reader=_innermost(recognised.reader))  # who counts rows counted them already
    found = find(original, posts)
    if not found.records:
        raise CannotBlank(Why.UNREAD)  # it is not read as it was a moment ago
    copy, others, names_stay = _sealed_copy(original, found, ctx=ctx, home=home)
    with copy.or_undone():
        check_unchanged(original.source)
    return Without(copy, found.records, _made(original.source.sha256, copy, found, others, names_stay=names_stay))


def _innermost(reader: Reader) -> Reader:
    while isinstance(reader, ReaderAround):
        reader = reader.inner
    return reader


def _made(came: str, copy: SealedCopy, found: Found, others: int, *, names_stay: bool) -> dict[str, Any]:
    """Return what a document says of how a blanked copy was made from the bytes of a digest."""
    return {
        "tool": TOOL, "from": came, "to": copy.sha256, "blanked": found.records, "found_again": others,
        "names_stay": names_stay,
    }  # fmt: skip


def _plans(posts: Collection[str], ctx: Context, home: Home) -> Iterator[_Plan]:
    known = _places(posts)
    # What was held already left no row of its own: only the file knows whether it is in it.
    unnamed = Q(merged__gt=0) | Q(source_format__startswith="rows/")
    rows = Import.objects.exclude(key_id="").filter(Q(sha256__in=list(known)) | unnamed)
    for row in rows.order_by("imported_at", "id"):
        named = row.sha256 in known
        try:
            plan = _plan(row, posts, known.get(row.sha256, {}), ctx, home)
        except CannotBlank as error:
            if named or not held([row.id]):
                yield _Plan(row, why=error.why.value)
            continue
        if plan is not None:
            yield plan


def _places(posts: Collection[str]) -> dict[str, dict[Place, str]]:
    """Return where the corpus has these posts: digest of the file -> place -> hash of the record."""
    marks = ", ".join("?" for _ in posts)
    columns = "source_sha256, member_path, locator, raw_record_sha256"
    found = query(f"SELECT {columns} FROM observations WHERE record_key IN ({marks})", [*posts])  # noqa: S608 marks alone
    places: dict[str, dict[Place, str]] = defaultdict(dict)
    for row in found.to_pylist():
        places[row["source_sha256"]][Place(row["member_path"], row["locator"])] = row["raw_record_sha256"]
    return dict(places)


def _plan(row: Import, posts: Collection[str], known: Mapping[Place, str], ctx: Context, home: Home) -> _Plan | None:
    try:
        reader = reader_named(row.source_format)
    except UsageError as error:
        raise CannotBlank(Why.UNREAD) from error
    if not known and not reads(reader, posts):
        return None
    if texts_beside([row.id]):
        raise CannotBlank(Why.BESIDE)
    try:
        name = open_texts([row.name_id], actor=SYSTEM, purpose=_PURPOSE, ctx=ctx)[row.name_id]
        source = sealed_source(
            home,
            row.held_as,
            name=name,
            sha256=row.sha256,
            key=KeyId(row.key_id),
            wrapped=bytes.fromhex(row.wrapped_key),
        )
    except (EvenhandError, OSError, KeyError) as error:
        raise CannotBlank(Why.UNREAD) from error
    original = Recognised(source, Head(name, b"", source.size), reader, Sign(row.source_format, 1.0, ("recorded",)))
    found = find(original, posts, known)
    return _Plan(row, name, original, found) if found.records else None


def _replace(plan: _Plan, *, ctx: Context, home: Home) -> Replaced:
    if plan.original is None or plan.found is None:
        raise CannotBlank(Why(plan.why))
    with corpus_here(home).writing():
        copy, others, names_stay = _sealed_copy(plan.original, plan.found, ctx=ctx, home=home)
        with copy.or_undone():
            _record(plan, plan.found, copy, others, names_stay=names_stay, ctx=ctx, home=home)
    return Replaced(plan.row.sha256, plan.found.records, others)


def _sealed_copy(original: Recognised, found: Found, *, ctx: Context, home: Home) -> tuple[SealedCopy, int, bool]:
    """Return the new copy, how many other records were found in it, and whether names of its records stay.

    The names stay only where a reader needs them to know the other records by.
    """
    for names_stay in (False, True):
        copy = seal_stream(home, _Chunks(blanked(original, found, names_stay=names_stay)), ctx=ctx)
        try:
            with copy.or_undone():
                source = sealed_source(
                    home,
                    copy.id,
                    name=original.source.name,
                    sha256=original.source.sha256,
                    key=copy.key,
                    wrapped=copy.wrapped,
                )
                return copy, check(original, replace(original, source=source), found), names_stay
        except CannotBlank as error:
            if names_stay or error.why is not Why.OTHERS:
                raise
    raise AssertionError("one of the two returns or raises")


def _record(
    plan: _Plan, found: Found, copy: SealedCopy, others: int, *, names_stay: bool, ctx: Context, home: Home
) -> None:
    row = plan.row
    refs = [leaf_about(row.id, "corpus.imported"), *leaves_of_copy(row.id)[-1:]]
    with recording(actor=SYSTEM, ctx=ctx, purpose=_PURPOSE) as r:
        name = seal_text(r, key=copy.key, field="source.name", text=plan.name)
        erase_texts(r, [row.name_id])
        changed = {
            "key_id": copy.key, "name_id": name, "wrapped_key": copy.wrapped.hex(),
            "copy_id": copy.id, "copy_sha256": copy.sha256, "blanked": row.blanked + found.records,
        }  # fmt: skip
        Import.objects.filter(pk=row.id).update(**changed)
        r.add(
            type="corpus.rewritten", obj=row.id, key=ORGANISATION, ref=refs,
            body={
                "blanked_source": {"id": row.id, **changed}, "erased_texts": [row.name_id],
                "made": _made(row.copy_sha256 or row.sha256, copy, found, others, names_stay=names_stay),
                ROWS: note_destroyed({KeyId(row.key_id)}),
            },
            commitments={"content": bytes.fromhex(copy.sha256)},
        )  # fmt: skip
        corpus = corpus_here(home)
        corpus.announce(copy_name(row.held_as))  # cut right after the commit, the next to write removes the file
        r.on_commit(lambda: destroy_copies(home, [(row.held_as, row.key_id)]))


class _Chunks:
    """Pieces of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""
        while len(self._held) < size and (chunk := next(self._chunks, None)) is not None:
            self._held += chunk
        data = bytes(self._held[:size])
        del self._held[:size]
        return data
