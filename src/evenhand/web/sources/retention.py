"""Forgetting on time: sealed source copies after 30 days, texts after 30, keyed author hashes after 90."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from typing import Any, Final

from evenhand.context import Context
from evenhand.corpus.forget import DEFAULT, TEXT_DAYS, Forgotten, Retention, counted, forget
from evenhand.corpus.store import Busy, discard
from evenhand.errors import UsageError
from evenhand.posts.times import to_us
from evenhand.web.home import Home
from evenhand.web.record.deleting import held
from evenhand.web.record.documents import canonical
from evenhand.web.record.ids import ORGANISATION, SYSTEM, KeyId
from evenhand.web.record.keys import NoKeyService, destroy_key, is_running
from evenhand.web.record.sealed import erase_texts, search_value
from evenhand.web.record.unit import recording
from evenhand.web.sources import models
from evenhand.web.sources.actions import file_row
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.sealing import path_of
from evenhand.web.sources.suppression import keep_out

_BESIDE: Final[list[Callable[[Collection[str]], Iterable[str]]]] = []


def register_beside(beside: Callable[[Collection[str]], Iterable[str]]) -> None:
    """Register who seals texts under the keys of sealed copies (by import id), which go with them; in `ready()`."""
    _BESIDE.append(beside)


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
        _forget_copies(gone, ctx=ctx, home=home)
    return len(gone)


def _forget_copies(gone: list[models.Import], *, ctx: Context, home: Home) -> None:
    with recording(actor=SYSTEM, ctx=ctx, purpose="forget old source files") as r:
        texts = [row.name_id for row in gone]
        texts += [text for beside in _BESIDE for text in beside([row.id for row in gone])]
        erase_texts(r, texts)
        models.Import.objects.filter(id__in=[row.id for row in gone]).update(key_id="", wrapped_key="", name_id="")
        r.add(
            type="retention.purged",
            key=ORGANISATION,
            body={
                "forgotten_sources": [row.id for row in gone],
                "erased_texts": texts,
            },
            commitments={"count": canonical({"sources": len(gone)})},
        )
        r.on_commit(lambda: _destroy(home, gone))


def erase_posts(posts: Collection[str], ctx: Context) -> int:
    """Erase posts (by record key) from the corpus, with the sealed copies of the files they came in; for an erasure.

    Return how many rows went. Those copies go before their thirty days are over: they hold the posts too. Raises
    UsageError where one of the files is held, Busy during an import. From then on no import brings them in again.
    """
    home = Home.here()
    if posts:
        keep_out(posts, ctx)
    if not posts or not home.corpus.is_dir():
        return 0
    marks = ", ".join("?" for _ in posts)
    found = query(f"SELECT DISTINCT source_sha256 AS digest FROM observations WHERE record_key IN ({marks})", [*posts])  # noqa: S608 marks alone
    files = models.Import.objects.exclude(key_id="").filter(sha256__in=[row["digest"] for row in found.to_pylist()])
    copies = list(files.order_by("imported_at", "id"))
    if held([row.id for row in copies]):
        raise UsageError("a file that these posts came in is under a legal hold", mend="evenhand vault list")
    if copies:
        _forget_copies(copies, ctx=ctx, home=home)
    return _forget_rows(ctx=ctx, home=home, gone=posts).rows


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
    """Return the posts (by record key) that these accounts wrote, `platform:id` or `platform:@handle`."""
    if not Home.here().corpus.is_dir():
        return frozenset()
    found: set[str] = set()
    for account in accounts:
        platform, _, name = account.partition(":")
        plain = name.removeprefix("@").casefold()
        rows = query(
            "SELECT DISTINCT record_key FROM observations WHERE platform = ?"
            " AND ? IN (lower(author_id), ltrim(lower(author_handle), '@'))",
            [platform, plain],
        )
        found.update(row["record_key"] for row in rows.to_pylist())
    return frozenset(found)


def _destroy(home: Home, gone: list[models.Import]) -> None:
    # Should this be cut short: the sweeper destroys keys that nothing refers to.
    for row in gone:
        destroy_key(KeyId(row.key_id))
        discard(path_of(home, row.id))


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
