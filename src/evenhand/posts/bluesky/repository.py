"""A whole repository as rows: the records of its tree, and blocks that are in the file but not in the tree."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from evenhand.errors import UsageError
from evenhand.posts.bluesky.car import BadCar, Blocks, Cid, is_car, walk
from evenhand.posts.bluesky.records import is_act, put_record, put_uri
from evenhand.posts.fields import Unusable, dict_of, text_of
from evenhand.posts.ids import SyntheticIds
from evenhand.posts.parts import Part
from evenhand.posts.reader import ODD, Report
from evenhand.posts.record import Row
from evenhand.posts.said import Said

__all__ = ["is_car", "repository_rows"]


def repository_rows(part: Part, base: Row, report: Report) -> Iterator[Row]:
    """Yield the rows of a CAR; UsageError if a block is not what its name says or the tree cannot be believed."""
    with part.open() as packed, _seekable(packed) as stream:
        blocks = Blocks(stream, part.name)
        try:
            yield from _Repository(blocks, part, base, report).rows()
        except BadCar as error:
            mend = "Nothing was imported. Download the repository again."
            raise UsageError(
                Said("%(code)s: the tree of this repository cannot be walked", code=error), where=part.name, mend=mend
            ) from error


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream that can go back, as a tree is read; what is packed is unpacked to a file without a name."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as unpacked:
        shutil.copyfileobj(stream, unpacked, 1 << 20)
        unpacked.seek(0)
        yield cast("BinaryIO", unpacked)


class _Repository:
    def __init__(self, blocks: Blocks, part: Part, base: Row, report: Report) -> None:
        self._blocks = blocks
        self._part = part
        self._report = report
        commit = dict_of(blocks.value_of(blocks.roots[0]))
        did, data = text_of(commit.get("did")), commit.get("data")
        if did is None or not isinstance(data, Cid):
            raise BadCar("commit_malformed")
        self._did, self._tree = did, data
        self._base = base | {"author_id": did, "author_basis": "archive_owner"}
        self._ids = SyntheticIds(base["member_sha256"])

    def rows(self) -> Iterator[Row]:
        self._blocks.meet(self._blocks.roots[0])
        for key, name in walk(self._blocks, self._tree):
            self._blocks.meet(name)
            if key is not None:
                yield from self._entry(key, name)
        for name in self._blocks.left():
            yield from self._loose(name)

    def _entry(self, key: str, name: Cid) -> Iterator[Row]:
        collection = key.partition("/")[0]
        row = self._row(name)
        try:
            record = self._blocks.value_of(name)
            if not is_act(collection, record):
                self._report.control += 1  # follows, profiles, lists: no posts
                return
            put_uri(row, f"at://{self._did}/{key}")
            put_record(row, collection, record)
        except (Unusable, BadCar, *ODD):
            self._report.refuse(self._part.at(row["locator"]), "record_malformed")
            return
        yield row

    def _loose(self, name: Cid) -> Iterator[Row]:
        """Yield the row of a block outside the tree: it was deleted or superseded; its key is not known."""
        row = self._row(name)
        try:
            record: Any = self._blocks.value_of(name)
            collection = str(dict_of(record).get("$type") or "")
            if not is_act(collection, record):
                self._report.control += 1  # older commits and nodes of the tree
                return
            put_record(row, collection, record)
        except (Unusable, BadCar, *ODD):
            self._report.refuse(self._part.at(row["locator"]), "record_malformed")
            return
        row |= {"deletion_state": "not_in_current_repo", "id_is_synthetic": True}
        row["native_id"] = self._ids.make(row, collection)
        row["record_key"] = f"bluesky:{row['native_id']}"
        yield row

    def _row(self, name: Cid) -> Row:
        digest = name[-32:].hex()  # the name of a block is the hash of its bytes, and was checked
        return self._base | {"locator": f"cid:{name.hex()}", "raw_record_sha256": digest, "flags": []}
