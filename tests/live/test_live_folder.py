"""A watched folder is only read, file by file, and a file that is still being written waits."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evenhand.live import Kind, Unreachable
from evenhand.live import folder as module
from evenhand.live.folder import Folder

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def put(folder: Path, name: str, data: bytes, *, age: int = 60) -> Path:
    path = folder / name
    path.write_bytes(data)
    changed = (NOW - timedelta(seconds=age)).timestamp()
    os.utime(path, (changed, changed))
    return path


def everything(folder: Path, cursor: str = "") -> tuple[list[bytes], str]:
    found, adapter = [], Folder(folder, lambda: NOW)
    while True:
        polled = adapter.poll(cursor)
        found += [record.data for record in polled.records]
        cursor = polled.cursor
        if not polled.more:
            return found, cursor


def test_lines_and_mails_of_all_files_once(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", b'\xef\xbb\xbf{"a":1}\r\n\n{"a":2}')
    put(tmp_path, "b.eml", b"From: a@b\r\n\r\nhello\r\n")
    found, cursor = everything(tmp_path)
    assert found == [b'{"a":1}', b'{"a":2}', b"From: a@b\r\n\r\nhello\r\n"]
    assert Folder(tmp_path, lambda: NOW).poll("").records[0].kind is Kind.LINE
    assert everything(tmp_path, cursor) == ([], cursor)


def test_a_file_being_written_waits_and_a_changed_one_is_read_again(tmp_path: Path) -> None:
    put(tmp_path, "a.jsonl", b'{"a":1}\n', age=2)
    put(tmp_path, ".hidden.jsonl", b'{"a":0}\n')
    found, cursor = everything(tmp_path)
    assert found == []
    put(tmp_path, "a.jsonl", b'{"a":1}\n', age=20)
    found, cursor = everything(tmp_path, cursor)
    assert found == [b'{"a":1}']
    put(tmp_path, "a.jsonl", b'{"a":1}\n{"a":2}\n', age=15)
    assert everything(tmp_path, cursor)[0] == [b'{"a":1}', b'{"a":2}']


def test_a_large_file_comes_in_pieces_that_end_with_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 20)
    lines = [b'{"a":%d}' % n for n in range(9)]
    put(tmp_path, "a.jsonl", b"\n".join(lines) + b"\n")
    assert everything(tmp_path)[0] == lines


def test_an_export_is_set_aside_by_name_unless_exports_are_switched_on(tmp_path: Path) -> None:
    path = put(tmp_path, "export.zip", b"PK")
    assert Folder(tmp_path, lambda: NOW).poll("").aside == {"export.zip": module.NO_EXPORTS}
    adapter = Folder(tmp_path, lambda: NOW, exports=True)
    polled = adapter.poll("")
    assert (polled.whole, polled.file, polled.records, polled.aside, polled.more) == (path, "export.zip", (), {}, True)
    assert adapter.poll(polled.cursor).whole is None  # once, until it changes
    put(tmp_path, "export.zip", b"PK more")
    assert adapter.poll(polled.cursor).whole == path


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match="cannot be read"):
        Folder(tmp_path / "gone", lambda: NOW).poll("")
