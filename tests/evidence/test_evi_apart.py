"""The process apart: the same answers as here, and a refusal in words whatever a file does to it."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.evidence.test_evi_mail import MAIL, NAME, keys, pair, signed
from tests.evidence.test_evi_uploads import WITH_SECRETS
from tests.fixtures.make_webarchive import by_a_key, change, wacz

from evenhand.evidence import apart
from evenhand.evidence.apart import look, mail_apart, names_apart, strip_apart
from evenhand.evidence.mail import KeyAnswer, examine_mail
from evenhand.evidence.uploads import Kind, UploadRefused, strip

pytestmark = pytest.mark.slow


ALL = WITH_SECRETS | {"wacz": wacz(sign=by_a_key)}
NAMES = list(ALL) if os.environ.get("EVENHAND_NIGHTLY") else [Kind.JPEG, "wacz"]


@pytest.mark.parametrize("data", [ALL[name] for name in NAMES], ids=NAMES)
def test_the_working_copy_is_the_same_as_made_here(data: bytes) -> None:
    assert strip_apart(io.BytesIO(data)) == strip(data)


def test_a_refusal_comes_back_with_its_words() -> None:
    with pytest.raises(UploadRefused, match="a GIF") as no:
        strip_apart(io.BytesIO(b"GIF89a" + bytes(50)))
    assert "screenshot" in no.value.mend


def test_the_reason_of_a_refusal_comes_back_where_it_is_one_of_ours() -> None:
    with pytest.raises(UploadRefused, match="wacz_extra") as refused:
        strip_apart(io.BytesIO(wacz(edit=change("warc_damaged", b"x"))))
    assert refused.value.reason == "wacz", "not what the file calls itself"
    with pytest.raises(UploadRefused) as refused:
        strip_apart(io.BytesIO(b"GIF89a" + bytes(50)))
    assert refused.value.reason == ""


def test_mail_is_judged_apart_and_the_names_of_its_keys_read() -> None:
    answer = KeyAnswer(NAME, "found", pair(2048)[1], "192.0.2.53", datetime(2026, 3, 12, 10, tzinfo=UTC))
    assert names_apart(io.BytesIO(signed())) == (NAME,)
    assert mail_apart(io.BytesIO(signed()), (answer,)) == examine_mail(signed(), keys()).plain()
    assert mail_apart(io.BytesIO(MAIL), ())["state"] == "none"


class Counted(io.BytesIO):
    """A file that counts what is read of it."""

    asked = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.asked += len(data)
        return data


def test_only_what_is_needed_goes_over() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("../x", bytes(8_000_000))
        file.writestr("y", bytes(8_000_000))
    stream = Counted(out.getvalue())
    with pytest.raises(UploadRefused, match="archive_unsafe_member"):
        strip_apart(stream)
    assert stream.asked < 6_000_000


@pytest.mark.parametrize("task", ["hungry", "endless", "dies", "writes", "talks too much"])
def test_whatever_it_does_the_answer_is_a_refusal(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tasks are given to the real process by a program of the test: limits and talk are those of every task."""
    monkeypatch.setattr(apart, "WALL_S", 1.0 if task == "endless" else 60.0)
    monkeypatch.setattr(apart, "sys", Program(task))
    with pytest.raises(UploadRefused, match="more memory or time"):
        look(io.BytesIO(b"x"), "strip")


class Program:
    """In place of the interpreter: starts it with a task that misbehaves."""

    def __init__(self, task: str) -> None:
        self.executable = str(made(task))


def test_it_has_no_network_where_the_system_lets_it_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "sys", Program("looks for a way out"))
    ways = look(io.BytesIO(b"x"), "strip").said
    if ways == ways_out():
        pytest.skip("this system does not let a process give up its network")
    assert ways == ["lo"]


def ways_out() -> list[str]:
    lines = Path("/proc/self/net/dev").read_text().splitlines()
    return [line.split(":")[0].strip() for line in lines if ":" in line]


BAD = {
    "looks for a way out": "[line.split(':')[0].strip() for line in open('/proc/self/net/dev') if ':' in line]",
    "hungry": "len(bytearray(2 << 30))",
    "endless": "__import__('time').sleep(600)",
    "dies": "__import__('os').kill(__import__('os').getpid(), 9)",
    "writes": "__import__('os').write(__import__('tempfile').TemporaryFile().fileno(), b'x')",
    "talks too much": "{'said': 'x' * (9 << 20)}",
}


def made(task: str) -> Path:
    program = Path(tempfile.mkdtemp()) / "python"
    program.write_text(
        f"#!{sys.executable} -I\n"
        "import sys\n"
        "sys.argv = ['apart', 'bad', '{}']\n"
        "from evenhand.evidence.apart import __main__, tasks\n"
        f"tasks.TASKS = {{'bad': lambda stream, parameters: ({BAD[task]}, b'')}}\n"
        "__main__.main()\n"
    )
    program.chmod(0o700)
    return program


def test_a_stream_that_ends_early_is_no_matter_to_the_other_process() -> None:
    class Short(io.BytesIO):
        def seek(self, place: int, whence: int = 0, /) -> int:
            return super().seek(place, whence) + (1000 if whence == 2 else 0)

    stream: BinaryIO = Short(b"You clown.\n")
    assert strip_apart(stream).kind is Kind.TEXT
