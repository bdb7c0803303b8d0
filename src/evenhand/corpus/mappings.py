"""The mapping files of a corpus: how tables without the plain columns were read, kept for the next time.

They lie beside the data in `mappings/`, one per header. A person may change them, and add one that describes a
whole format.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Final

from evenhand.corpus.store import discard, sync_folder
from evenhand.errors import Ambiguous, UsageError
from evenhand.posts import Choices, Reader, Recognised, recognise
from evenhand.posts.mapped import mapped_readers
from evenhand.posts.mapped.guess import Guess, guess, guess_text
from evenhand.posts.mapped.reader import Mapped, check_fits
from evenhand.posts.mapped.shape import is_shape, read_shape
from evenhand.posts.reader import Head
from evenhand.posts.reading_form import scrub
from evenhand.posts.recognition import head_of
from evenhand.posts.rows import Rows
from evenhand.posts.rows.columns import mapping_of
from evenhand.posts.rows.mapping import header_digest, mapping_text, read_mapping
from evenhand.posts.rows.records import is_record
from evenhand.posts.rows.tables import columns_of, parquet_columns

_FEW: Final = 2
_SHOWN: Final = 20


def recognise_mapped(
    path: Path, folder: Path, *, as_format: str | None, choices: Choices, named: Path | None = None
) -> Recognised:
    """Return the reader for a file, as `recognise` does, with the mapping of its columns if there is one.

    `named` is a mapping file a person names; else the one kept in the corpus `folder` for this header is
    used, so that a table nobody would recognise is read too. Raises UsageError for a mapping that is wrong.
    """
    if named is not None and is_shape(named):
        return _by_shape(path, named, as_format=as_format, choices=choices)
    if named is not None:
        return _with(recognise(path, as_format=_rows(as_format, named), choices=choices), named)
    added = added_readers(folder)
    try:
        recognised = recognise(path, as_format=as_format, choices=choices, more=added)
    except Ambiguous:
        raise
    except UsageError as error:
        kept = _kept(path, folder) if path.is_file() and as_format is None else None
        if kept is None:
            raise _question(path, as_format, error) from error
        return _with(recognise(path, as_format="rows", choices=choices), kept)
    kept = _kept(path, folder) if _is_table(recognised.reader) else None
    if kept is not None:
        return _with(recognised, kept)
    if as_format is None:
        try:
            _check_understood(recognised)
        except UsageError as error:
            raise _question(path, as_format, error) from error
    return recognised


class Guessed(Ambiguous):
    """Nobody knows this file, but it looks like a list of posts: `guess` is what it may mean, for a person to judge."""

    def __init__(self, found: Guess, path: Path) -> None:
        read = ", ".join(f"'{column}' as {field}" for field, column in found.mapping.items())
        super().__init__(
            f"no reader knows this file. Is it right to read {read}?",
            where=str(path),
            mend="If so, import it with the mapping file of this guess: --mapping FILE; nothing was imported.",
        )
        self.guess = found
        self.text = guess_text(found, path.stem)


def _question(path: Path, as_format: str | None, error: UsageError) -> UsageError:
    """Return the guess about a file that was refused, as a question; the refusal itself if there is no guess."""
    found = guess(path) if as_format is None and path.is_file() else None
    return error if found is None else Guessed(found, path)


def added_readers(folder: Path) -> tuple[Mapped, ...]:
    """Return readers for the formats that an operator described by mapping files in the corpus."""
    place = folder / "mappings"
    files = sorted(place.iterdir()) if place.is_dir() else []
    return tuple(Mapped(read_shape(path)) for path in files if path.suffix == ".toml" and is_shape(path))


def _by_shape(path: Path, named: Path, *, as_format: str | None, choices: Choices) -> Recognised:
    reader = Mapped(read_shape(named))
    if as_format not in {None, reader.source_format, reader.source_format.partition("/")[0]}:
        raise UsageError(f"the mapping describes {reader.source_format}", where=str(named), mend="Leave out --as.")
    recognised = recognise(path, as_format=reader.source_format, choices=choices, more=(reader,))
    check_fits(reader.shape, recognised.head, str(named))
    return recognised


def _check_understood(recognised: Recognised) -> None:
    """Raise UsageError for a table of which only the text would be read, though there is more to read."""
    columns = _columns(recognised.source.path, recognised.head) if _is_table(recognised.reader) else ()
    if is_record(columns) or len(columns) < _FEW or set(mapping_of(columns)) != {"text"}:
        return
    raise UsageError(
        f"of the columns {', '.join(columns[:_SHOWN])} only the text is understood",
        where=str(recognised.source.path),
        mend="Say with --mapping FILE which is what, or take the text alone with --as rows; nothing was imported.",
    )


def _rows(as_format: str | None, named: Path) -> str:
    if as_format not in {None, "rows", Rows.source_format}:
        raise UsageError("a mapping is for tables", where=str(named), mend="Leave out --as, or --mapping.")
    return "rows"


def _is_table(reader: Reader) -> bool:
    return reader.source_format == Rows.source_format


def _with(recognised: Recognised, mapping: Path) -> Recognised:
    source = recognised.source
    columns = tuple(read_mapping(mapping, _columns(source.path, recognised.head)).items())
    return replace(recognised, source=replace(source, choices=replace(source.choices, columns=columns)))


def _columns(path: Path, head: Head) -> tuple[str, ...]:
    return columns_of(head) or parquet_columns(path)


def _kept(path: Path, folder: Path) -> Path | None:
    columns = _columns(path, head_of(path))
    kept = _place(folder, columns)
    return kept if columns and not is_record(columns) and kept.exists() else None


def _place(folder: Path, columns: tuple[str, ...]) -> Path:
    return folder / "mappings" / f"{header_digest(columns)}.toml"


def keep_mapping(recognised: Recognised, folder: Path) -> Path | None:
    """Keep how the columns of a table were read, whole or not at all; return where, None if there is no need.

    Plain columns need no mapping. A file that is there stays as it is, unless another mapping was used now.
    """
    if isinstance(recognised.reader, Mapped):
        return _keep_shape(recognised.reader, folder)
    if not _is_table(recognised.reader):
        return None
    columns = _columns(recognised.source.path, recognised.head)
    chosen = recognised.source.choices.columns
    mapping = mapping_of(columns) if chosen is None else dict(chosen)
    if is_record(columns) or (mapping == mapping_of(columns) and all(field == name for field, name in mapping.items())):
        return None
    place = _place(folder, columns)
    if not _says(place, columns, mapping):
        _write(place, scrub(mapping_text(columns, mapping)).encode())
    return place


def _keep_shape(reader: Mapped, folder: Path) -> Path | None:
    """Keep the mapping of a whole format that a person named, so that the next such file is known by itself."""
    if reader in mapped_readers() or reader in added_readers(folder):
        return None
    place = folder / "mappings" / f"{reader.source_format.replace('/', '-')}.toml"
    _write(place, reader.shape.text.encode())
    return place


def _says(place: Path, columns: tuple[str, ...], mapping: dict[str, str]) -> bool:
    try:
        return read_mapping(place, columns) == mapping
    except UsageError:
        return False


def _write(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    half = place.with_suffix(f".{os.getpid()}.half")
    try:
        with half.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        half.replace(place)
        sync_folder(place.parent)
    finally:
        discard(half)
