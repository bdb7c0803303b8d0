"""Forgetting on time: sealed source copies after 30 days, texts after 30, keyed author hashes after 90."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from evenhand.context import Context
from evenhand.corpus.forget import DEFAULT, TEXT_DAYS, Forgotten, Retention, counted, forget
from evenhand.corpus.kept_out import REFERS, REPEATED, WRITTEN_BY
from evenhand.corpus.store import Busy
from evenhand.posts.blanking import Why
from evenhand.posts.times import to_us
from evenhand.web.home import Home
from evenhand.web.record.deleting import held
from evenhand.web.record.documents import canonical
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.keys import NoKeyService, is_running
from evenhand.web.record.sealed import search_value
from evenhand.web.record.unit import recording
from evenhand.web.sources import models
from evenhand.web.sources.blanking import HeldCopy, Replaced, replace_copies
from evenhand.web.sources.copies import forget_copies
from evenhand.web.sources.queries import corpus_here, file_row, query
from evenhand.web.sources.suppression import keep_out

WHOLE_WORDS: Final[dict[Why, str]] = {
    Why.SHAPE: "its records cannot be blanked one by one in this format",
    Why.UNREAD: "it cannot be read again as it was at its import",
    Why.ALONE: "nothing else is in it",
    Why.OTHERS: "another record is bound to what goes",
    Why.TEXT: "its words stand elsewhere in the file too",
    Why.BESIDE: "something else is sealed with it",
}
"""Why the sealed copy of a file went whole where only some of its records had to."""


def forget_due(ctx: Context) -> int:
    """Forget what is past its time and return how many sources, texts and rows went. Idempotent.

    Without a key service, or during an import, nothing is due: the next run does it.
    """
    home = Home.here()
    if not home.corpus.is_dir() or not is_running(home):
        return 0
    try:
        return forget_sources(ctx=ctx, home=home) + forget_texts(ctx=ctx, home=home)
    except (NoKeyService, Busy):
        return 0


def forget_sources(*, ctx: Context, home: Home, days: int = TEXT_DAYS) -> int:
    """Destroy the sealed copies of files imported over `days` days ago; digest and counts stay. Return how many."""
    due = models.Import.objects.exclude(key_id="").filter(imported_at__lt=ctx.now() - timedelta(days=days))
    found = list(due.order_by("imported_at", "id"))
    kept = held([row.id for row in found])
    gone = [row for row in found if row.id not in kept]
    if gone:
        forget_copies(gone, ctx=ctx, home=home)
    return len(gone)


@dataclass(frozen=True, slots=True)
class ErasedPosts:
    """How many rows of the corpus went, and what became of each sealed copy that held one of the posts."""

    rows: int = 0
    copies: tuple[Replaced, ...] = ()


def erase_posts(posts: Collection[str], ctx: Context) -> ErasedPosts:
    """Erase posts (by record key) from the corpus and from the sealed copies of the files they came in; for an erasure.

    What others shared of them without a word of their own goes with them. A post that quotes or answers one stays in
    the corpus without the words it repeats; where its record holds them it is blanked in the sealed copies. Raises
    UsageError where one of the files is held, Busy during an import. From then on no import brings them in.
    """
    home = Home.here()
    posts = with_shares(posts)
    if posts:
        keep_out(posts, ctx)
    if not posts or not home.corpus.is_dir():
        return ErasedPosts()
    repeating = _repeating(posts)
    copies = replace_copies(posts | (repeating - posts_held(repeating)), ctx=ctx, home=home)
    return ErasedPosts(_forget_rows(ctx=ctx, home=home, gone=posts).rows, tuple(copies))


def of_nobody_else(posts: Collection[str]) -> frozenset[str]:
    """Return posts (by record key) without those that the corpus holds under an author's name.

    A file may say of any post that somebody wrote it who had theirs erased; what is held as another's stays.
    """
    if not posts or not Home.here().corpus.is_dir():
        return frozenset(posts)
    named = "(author_id IS NOT NULL OR author_handle IS NOT NULL)"
    return frozenset(posts) - _keys(f"record_key IN {_GONE} AND {named}", posts=[*posts])


def clear_words(posts: Collection[str], ctx: Context) -> None:
    """Erase what the corpus holds of posts (by record key) that an import kept out: their words beside other posts.

    A file that came in before may have repeated them without saying who wrote them. What stands in a held file stays.
    Raises Busy during an import.
    """
    if not Home.here().corpus.is_dir():
        return
    free = frozenset(posts) - posts_held(posts)
    if _there(free) or with_shares(free) > free or _repeating(free):
        with suppress(HeldCopy):
            erase_posts(free, ctx)


def copies_for_vault(posts: Collection[str], ctx: Context) -> list[str]:
    """Erase posts as `erase_posts` does, and return what became of each sealed copy, in words."""
    return [_told(each) for each in erase_posts(posts, ctx).copies]


def _told(each: Replaced) -> str:
    if each.why:
        return f"the sealed copy of source {each.source[:12]} was destroyed whole: {WHOLE_WORDS[Why(each.why)]}"
    return (
        f"the sealed copy of source {each.source[:12]} was replaced; records blanked: {each.records}, "
        f"others found again in it unchanged: {each.others}"
    )


def posts_held(posts: Collection[str]) -> frozenset[str]:
    """Return which posts (by record key) stand in a file that is under a legal hold."""
    if not posts or not Home.here().corpus.is_dir():
        return frozenset()
    files = dict(models.Import.objects.exclude(key_id="").values_list("id", "sha256"))
    kept = {files[each] for each in held(list(files))}
    marks = ", ".join("?" for _ in posts)
    which = f"SELECT DISTINCT record_key, source_sha256 FROM observations WHERE record_key IN ({marks})"  # noqa: S608 marks alone
    found = query(which, [*posts])
    return frozenset(row["record_key"] for row in found.to_pylist() if row["source_sha256"] in kept)


def posts_by(accounts: Collection[str]) -> frozenset[str]:
    """Return the posts (by record key) that these accounts wrote, and every share of one of them by anybody.

    Those too of which the corpus has the words alone, beside what somebody else wrote. `accounts`: `platform:id` or
    `platform:@handle`.
    """
    if not Home.here().corpus.is_dir():
        return frozenset()
    found: set[str] = set()
    for account in accounts:
        platform, _, name = account.partition(":")
        plain = name.removeprefix("@").casefold()
        found |= _keys(_WROTE, platform=platform, name=plain)
        for refers, (id, handle) in WRITTEN_BY.items():
            by = f"$name IN (lower(side['{id}']), ltrim(lower(side['{handle}']), '@'))"
            which = f"platform = $platform AND {refers} IS NOT NULL AND ({_WORDS}) AND {by}"
            found |= _keys(which, refers, platform=platform, name=plain)
    return with_shares(found)


def with_shares(posts: Collection[str]) -> frozenset[str]:
    """Return posts (by record key) with all shares of them that the corpus holds: the same words in another's name."""
    if not posts or not Home.here().corpus.is_dir():
        return frozenset(posts)
    marks = ", ".join("?" for _ in posts)
    found = query(f"SELECT DISTINCT record_key FROM observations WHERE share_of IN ({marks})", [*posts])  # noqa: S608 marks alone
    return frozenset(posts) | {row["record_key"] for row in found.to_pylist()}


_WROTE: Final = """
platform = $platform AND ($name IN (lower(author_id), ltrim(lower(author_handle), '@')) OR (
    relation = 'repost' AND share_of IS NULL  -- an old share on X, known by its text alone
    AND (starts_with(lower(text_norm), 'rt @' || $name || ': ')
         OR starts_with(text_norm, 'RT @') AND mentions[1].id = $name)
))
"""
_GONE: Final = "(SELECT unnest($posts::VARCHAR[]))"
_WORDS: Final = " OR ".join(f"side['{name}'] IS NOT NULL" for name in REPEATED)
_REPEATING: Final = " OR ".join(f"{refers} IN {_GONE}" for refers in REFERS)


def _repeating(posts: Collection[str]) -> frozenset[str]:
    """Return the posts (by record key) whose records repeat the words of one of these."""
    return _keys(f"({_WORDS}) AND ({_REPEATING})", posts=[*posts])


def _there(posts: Collection[str]) -> frozenset[str]:
    """Return which posts (by record key) the corpus holds."""
    return _keys(f"record_key IN {_GONE}", posts=[*posts])


def _keys(which: str, column: str = "record_key", **asked: Any) -> frozenset[str]:
    """Return the different values of a column of the observations that answer a condition of ours."""
    found = query(f"SELECT DISTINCT {column} AS name FROM observations WHERE {which}", asked)  # noqa: S608 nothing from outside
    return frozenset(row["name"] for row in found.to_pylist())


def forget_texts(*, ctx: Context, home: Home, retention: Retention = DEFAULT) -> int:
    """Drop texts and rows past their time from the corpus; return how many. Old files go after the commit."""
    corpus = corpus_here(home)
    before = to_us(ctx.now() - timedelta(days=retention.text_days)) or 0
    if all(file.oldest_import >= before for file in corpus.manifest.files()):
        return 0
    forgotten = _forget_rows(ctx=ctx, home=home, retention=retention)
    return forgotten.texts + forgotten.rows


def _forget_rows(*, ctx: Context, home: Home, retention: Retention = DEFAULT, gone: Collection[str] = ()) -> Forgotten:
    """Write anew what holds rows past their time or named, swap the manifest, record it; old files go after."""
    held(())  # where nobody can tell what is held, nothing goes
    corpus = corpus_here(home)
    with corpus.writing(), recording(actor=SYSTEM, ctx=ctx, purpose="forget old texts") as r:
        forgotten = forget(
            corpus,
            ctx,
            lambda target, author: search_value(
                r, key=ORGANISATION, field="corpus.author", value=f"{target}\n{author}"
            ).hex(),
            retention=retention,
            gone=gone,
        )
        if not forgotten.removed:
            return forgotten
        models.CorpusFile.objects.filter(name__in=[file.name for file in forgotten.removed]).delete()
        models.CorpusFile.objects.bulk_create(models.CorpusFile(**file_row(file)) for file in forgotten.added)
        r.add(type="retention.purged", key=ORGANISATION, body=_body(forgotten), commitments=_count(forgotten))
        corpus.leaving(forgotten.removed)
        r.on_commit(corpus.retire)
    return forgotten


def _body(forgotten: Forgotten) -> dict[str, Any]:
    return {
        "files_removed": [file.name for file in forgotten.removed],
        "files_added": [file_row(file) for file in forgotten.added],
        **counted(forgotten),
    }


def _count(forgotten: Forgotten) -> dict[str, bytes]:
    return {"count": canonical(counted(forgotten))}
