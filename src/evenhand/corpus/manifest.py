"""Which files a corpus consists of: the manifest is the commit point, and readers get their lists from it.

A file that no manifest names does not exist, however it came to lie in the folder.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class FileKind(StrEnum):
    """What the rows of a corpus file are."""

    OBSERVATIONS = "observations"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """One immutable Parquet file: its name below the corpus folder, what it holds, and its bytes' hash."""

    name: str
    kind: FileKind
    rows: int
    size: int
    sha256: str
    oldest_import: int  # UTC microseconds of the oldest `imported_at` that still waits to be forgotten


class Manifest(Protocol):
    """The committed files of one corpus."""

    def files(self) -> Sequence[CorpusFile]:
        """Return the files that are committed now."""

    def committed(self, names: Collection[str]) -> set[str]:
        """Return which of these files below the corpus folder belong to something committed."""

    def same_acts(self) -> Mapping[str, str]:
        """Return record key -> the record key of the same act, as people have said of two exports that overlap."""


class MemoryManifest:
    """A manifest for tests and for looking at files without an installation; forgotten with the process."""

    def __init__(self, files: Iterable[CorpusFile] = (), same: Mapping[str, str] | None = None) -> None:
        self._files = {file.name: file for file in files}
        self.same = dict(same or {})

    def same_acts(self) -> Mapping[str, str]:
        """Return record key -> the record key of the same act."""
        return self.same

    def files(self) -> Sequence[CorpusFile]:
        """Return the files that are committed now."""
        return tuple(self._files.values())

    def committed(self, names: Collection[str]) -> set[str]:
        """Return which of these files belong to something committed."""
        return set(names) & set(self._files)

    def swap(self, *, add: Iterable[CorpusFile] = (), remove: Iterable[CorpusFile] = ()) -> None:
        """Commit new files and drop old ones, at once."""
        files = dict(self._files)
        for file in remove:
            del files[file.name]
        self._files = files | {file.name: file for file in add}
