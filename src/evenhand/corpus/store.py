"""A corpus: a folder of immutable Parquet files, those that its manifest names, and one way to query them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa

from evenhand.corpus.connect import QUERY, SCHEMAS, SPILL, Bounds, connect, table_sql
from evenhand.corpus.manifest import CorpusFile, FileKind, Manifest
from evenhand.corpus.post_view import POST_VIEW
from evenhand.errors import UsageError

_HASHED_AT_ONCE: Final = 1 << 20
_SAME: Final = pa.schema({"record_key": pa.string(), "same_as": pa.string()})
# What DuckDB raises for a file that is not there: it then looks for a pattern, which it may not.
_SPILLS_FOR: Final = 3600.0
_ANNOUNCED: Final = ".announced"
_GONE: Final = (duckdb.IOException, duckdb.PermissionException)


class Busy(UsageError):
    """Another process is changing this corpus."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The folder and the manifest of one corpus. Holds no connection and no open file."""

    folder: Path
    manifest: Manifest
    work_folder: Path | None = None  # elsewhere only if nothing is to be written into the corpus

    @property
    def work(self) -> Path:
        """Where half-written files live, until they are whole; on the same file system."""
        return self.work_folder or self.folder / "work"

    def path(self, file: CorpusFile) -> Path:
        """Return where a committed file lies."""
        return self.folder / file.name

    def paths(self, kind: FileKind) -> list[Path]:
        """Return the committed files of a kind."""
        return [self.path(file) for file in self.manifest.files() if file.kind == kind]

    def query(
        self,
        sql: str,
        params: Sequence[Any] | Mapping[str, Any] = (),
        *,
        bounds: Bounds = QUERY,
    ) -> pa.Table:
        """Return the rows of a query as an Arrow table.

        Three tables can be named: `posts` (the newest fold per record_key, without direct messages),
        `observations` and `events` (as stored, in the schemas of `evenhand.posts`). `params` fill `?` or
        `$name`. The answer is one consistent state: the files the manifest names at the call. Times come as
        UTC microseconds. Raises UsageError if a named file is missing or damaged. Cost: 5 ms for opening,
        then DuckDB's; memory at most `bounds.memory` plus the answer.
        """
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return self._query(sql, params, bounds)
        except _GONE:
            pass  # a clean-up swapped files between the list and the reading: the new list names what is there
        try:
            return self._query(sql, params, bounds)
        except _GONE as error:
            raise UsageError(
                "a file of the corpus is missing or damaged", where=str(self.folder), mend="Restore it from a backup."
            ) from error

    def stream(self, sql: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a query in batches: for answers too large to hold. Tables as in `query`."""
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connected(QUERY) as connection:
            yield from connection.sql(sql, params=params or None).to_arrow_reader(2048)

    def _query(self, sql: str, params: Sequence[Any] | Mapping[str, Any], bounds: Bounds) -> pa.Table:
        with self._connected(bounds) as connection:
            table: pa.Table = connection.sql(sql, params=params or None).to_arrow_table()
            return table

    @contextmanager
    def _connected(self, bounds: Bounds) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection that knows the three tables, over the files that are committed now."""
        with self._readers(fcntl.LOCK_SH):
            files = {kind: self.paths(kind) for kind in FileKind}
            with connect(self.work, [path for paths in files.values() for path in paths], bounds) as connection:
                for kind, paths in files.items():
                    connection.execute(f'CREATE TEMP VIEW "{kind}" AS {table_sql(paths, SCHEMAS[kind])}')
                same = self.manifest.same_acts()
                told = pa.table({"record_key": [*same], "same_as": [*same.values()]}, schema=_SAME)
                connection.register("same_acts", told)
                connection.execute(f"CREATE TEMP VIEW posts AS {POST_VIEW}")
                yield connection

    @contextmanager
    def _readers(self, how: int) -> Iterator[None]:
        """Hold the lock of those who read (on the folder itself); BlockingIOError if `how` will not wait for it."""
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.work, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the right to change this corpus: one import, compaction or clean-up at a time.

        What the block, or a process that died in it earlier, leaves half-written or uncommitted is removed;
        so commit inside. Raises Busy at once if another process has it. The system gives it back if this
        process dies.
        """
        self.work.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.work / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy(
                    "another import or clean-up is changing this corpus",
                    where=str(self.folder),
                    mend="Wait until it has finished and try again.",
                ) from error
            self._sweep()
            try:
                yield
            finally:
                self._sweep()
        finally:
            os.close(descriptor)

    def _sweep(self) -> None:
        """Remove files that were announced and not committed, then what is half-written."""
        for folder in self._old_spills():
            shutil.rmtree(folder, ignore_errors=True)
        left = self._left()
        announced = {path: _announced(path) for path in left if path.suffix == _ANNOUNCED}
        committed = self.manifest.committed(list(announced.values())) if announced else set()
        gone = {path: name for path, name in announced.items() if name not in committed}
        discard(*(path for path in left if path not in gone))
        if gone:
            with suppress(BlockingIOError), self._readers(fcntl.LOCK_EX | fcntl.LOCK_NB):
                discard(*(self.folder / name for name in gone.values()), *gone)

    def leaving(self, files: Iterable[CorpusFile]) -> None:
        """Note durably that files leave the manifest with the transaction under way; call it before its commit.

        So that a process that dies right after the commit leaves no file that nobody knows of: what was erased would
        lie on in it. Where the commit never comes they stay.
        """
        for file in files:
            self.announce(file.name)

    def retire(self) -> None:
        """Remove the files that were `leaving`, after the last reader: now, or when somebody next writes.

        Whoever reads at this moment was given these files by the manifest as it was.
        """
        self._sweep()

    def has_left(self) -> bool:
        """Return whether something waits to be removed: somebody read when a file was retired, or a process died.

        Also while somebody writes: whoever sweeps asks for `writing` first, and is refused.
        """
        return self.work.is_dir() and bool(self._left() or self._old_spills())

    def _left(self) -> list[Path]:
        return [path for path in sorted(self.work.iterdir()) if path.is_file() and path.name != "lock"]

    def _old_spills(self) -> list[Path]:
        """Return what queries spilled that were killed: DuckDB removes its own folder when it ends."""
        folders = [path for path in self.work.iterdir() if path.name.startswith((SPILL, "spill")) and path.is_dir()]
        return [path for path in folders if _last_change(path) < time.time() - _SPILLS_FOR]

    def announce(self, name: str) -> None:
        """Note durably that a file `folder/name.ending` of the corpus is about to appear. Needs `writing`.

        Only what was announced is ever swept: a whole file that no manifest names may as well be all that a
        wrong or older database knows nothing of.
        """
        (self.work / f"{name.replace('/', '.', 1)}{_ANNOUNCED}").touch()
        sync_folder(self.work)

    def strays(self) -> list[Path]:
        """Return whole files that no manifest names: an import died before its commit, or a restore is older."""
        named = {self.path(file) for file in self.manifest.files()}
        folders = (self.folder / kind for kind in FileKind)
        found = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
        return [path for path in found if path not in named]


def _last_change(folder: Path) -> float:
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except FileNotFoundError:
        return time.time()  # it goes at this moment


def _announced(path: Path) -> str:
    return path.name.removesuffix(_ANNOUNCED).replace(".", "/", 1)


def publish(corpus: Corpus, written: Path, kind: FileKind, *, name: str, rows: int, oldest: int) -> CorpusFile:
    """Make a whole file durable under its final name and return its manifest row.

    fsync of the file, rename, fsync of the folder: after this the file is there or not, never half. It is
    part of the corpus only once a manifest names it.
    """
    target = corpus.folder / kind / f"{name}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    size, digest = _sync_and_hash(written)
    stored = str(target.relative_to(corpus.folder))
    corpus.announce(stored)
    written.rename(target)
    sync_folder(target.parent)
    return CorpusFile(stored, kind, rows, size, digest, oldest)


def _sync_and_hash(path: Path) -> tuple[int, str]:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        while chunk := stream.read(_HASHED_AT_ONCE):
            digest.update(chunk)
        return stream.tell(), digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make renames inside a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def discard(*paths: Path) -> None:
    """Remove files that may or may not be there."""
    for path in paths:
        with suppress(FileNotFoundError):
            path.unlink()
