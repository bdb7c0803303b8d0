"""What somebody writes into a bundle ends neither verifier without an answer, and both give the same."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.bundle.bundle_room import (
    NOW,
    VERIFY,
    Room,
    Said,
    both,
    contents,
    cosigner,
    in_memory,
    loaded,
    packaged,
    relisted,
)

from evenhand.bundle import checking
from evenhand.bundle.lines import MAX_DEPTH
from evenhand.bundle.payload import json_line
from evenhand.cli import main
from evenhand.context import Context

Files = dict[str, bytes]
EARLIER = "proofs/consistency/2-6.json"
SEALED = "proofs/bundle.entry.json"


@pytest.fixture(scope="module")
def files(good: Path) -> Files:
    return contents(good)


def judged(files: Files) -> Said:
    """Return what both say of files whose lists were brought in line: the same, or the test fails."""
    one, other = in_memory(loaded(), relisted(files))
    assert (one.verdict, one.exit, one.found) == (other.verdict, other.exit, other.found)
    return one


def sealed_at(at: str) -> Callable[[bytes], bytes]:
    return lambda data: data.replace(b"2026-03-04T05:06:07Z", at.encode())


def earlier(**change: Any) -> bytes:
    said = {"from": 2, "to": 6, "path": [], "checkpoint": "x", **change}
    return json_line(said)


# A wrong file of any kind -------------------------------------------------------------------------------------------

ENDLESS = b"9" * 5_000
GROUPS = b"".join(b"group g%d 1 %s\n" % (n, b"g%d" % (n - 1) if n else b"north") for n in range(3_000))
WITNESS = b"witness north %s\n" % str(cosigner("north", Context.repeatable("groups", NOW)).verifier).encode()
SHAPES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "sealed on the first day of all": (SEALED, sealed_at("0001-01-01T00:00:00Z")),
    "sealed on the second day of all": (SEALED, sealed_at("0001-01-02T00:00:00Z")),
    "sealed before the first day": (SEALED, sealed_at("0000-01-01T00:00:00Z")),
    "sealed on the last day": (SEALED, sealed_at("9999-12-31T23:59:59Z")),
    "sealed in a leap second": (SEALED, sealed_at("2026-03-04T23:59:60Z")),
    "a number without end": (EARLIER, lambda _: b'{"checkpoint":"x","from":%s,"path":[],"to":6}\n' % ENDLESS),
    "a list without end": (EARLIER, lambda _: b"[" * 100_000),
    "a list of lists": (EARLIER, lambda _: b"[" * 990 + b"]" * 990 + b"\n"),
    "half a letter": (EARLIER, lambda _: earlier(checkpoint="x").replace(b'"x"', b'"\\ud800"')),
    "a key in which no number is": ("log/keyring.json", lambda _: b'[{"vkey":[1e999]}]\n'),
    "groups without end": ("log/policy", lambda data: data[:-12] + WITNESS + GROUPS + b"quorum g2999\n"),
    "a proof of no entry": ("proofs/2.tlog-proof", lambda _: b"c2sp.org/tlog-proof@v1\nindex " + ENDLESS + b"\n\nx"),
    "a checkpoint of no size": ("log/checkpoint", lambda d: d.replace(b"\n6\n", b"\n" + ENDLESS + b"\n")),
    "an item without end": ("data/items.jsonl", lambda d: d.replace(b'"index":1,', b'"index":' + ENDLESS + b",")),
    "a history of numbers": ("data/custody.jsonl", lambda _: b"[" + ENDLESS + b"]\n"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_nobody_foresaw_does_not_hold(files: Files, name: str) -> None:
    path, change = SHAPES[name]
    made = {**files, path: change(files[path])}
    assert made[path] != files[path]
    assert judged(made).verdict == "failed"


def test_how_deep_a_reader_may_go_is_the_same_everywhere(tmp_path: Path) -> None:
    """By Python's own limit, which depends on version and caller, one would take what the other refuses."""
    room = Room(tmp_path)
    for name, depth, verdict in (("least", 90, "verified"), ("most", MAX_DEPTH + 1, "failed"), ("more", 900, "failed")):
        nested: Any = "[{]}"
        for _ in range(depth):
            nested = [nested]
        item = room.act(body={"answers": nested})
        said = judged(contents(room.bundle(name, items=[item])))
        assert said.verdict == verdict, name


# Where the two differed ---------------------------------------------------------------------------------------------

HASHES = {
    "33 bytes": [base64.b64encode(b"x" * 33).decode()],
    "64 hashes": [base64.b64encode(b"x" * 32).decode()] * 64,
    "no list": "x",
    "numbers": [1],
}


@pytest.mark.parametrize("checkpoint", [True, False])
@pytest.mark.parametrize("name", [*HASHES, "from nothing", "backwards", "text", "another key"])
def test_a_way_to_an_earlier_checkpoint_is_of_its_form(files: Files, name: str, checkpoint: bool) -> None:
    """Also where there is no checkpoint to which it leads: a malformed part is not only a missing one."""
    said = json.loads(files[EARLIER])
    path = EARLIER
    if name in HASHES:
        said["path"] = HASHES[name]
    elif name == "from nothing":
        said["from"], path = 0, "proofs/consistency/0-6.json"
    elif name == "backwards":
        said["from"], path = 7, "proofs/consistency/7-6.json"
    elif name == "text":
        said["from"] = "2"
    else:
        said["more"] = "words"
    made = {key: data for key, data in files.items() if key != EARLIER and (checkpoint or key != "log/checkpoint")}
    found = judged({**made, path: json_line(said)})
    assert found.verdict == "failed"
    assert {reason for place, reason in found.found if place == path} == {"malformed"}


@pytest.mark.parametrize(
    ("path", "verdict", "reason"),
    [
        ("log/zzz", "failed", "item_removed"),
        ("logs", "failed", "item_removed"),
        ("log/checkpoint/x", "failed", "item_removed"),
        ("proofs/zzz", "unverifiable", "not_checked"),
    ],
)
def test_a_listed_file_that_is_not_there(files: Files, path: str, verdict: str, reason: str) -> None:
    made = relisted(files)
    lines = [*made["tagmanifest-sha256.txt"].splitlines(keepends=True), b"0" * 64 + f"  {path}\n".encode()]
    made["tagmanifest-sha256.txt"] = b"".join(sorted(lines, key=lambda line: line[66:]))
    one, other = in_memory(loaded(), made)
    assert (one.verdict, one.found) == (other.verdict, other.found) == (verdict, {(path, reason)})


def test_a_signature_that_stands_twice_is_one(files: Files) -> None:
    note = files["log/checkpoint"]
    made = relisted({**files, "log/checkpoint": note + note.splitlines(keepends=True)[-1]})
    one, other = in_memory(loaded(), made)
    assert one.verdict == other.verdict == "verified"
    assert len(one.all["fingerprints"]) == 1 and one.all["fingerprints"] == other.all["fingerprints"]


# A wrong file of the reader's own -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "data"),
    [
        ("--policy", b"hello\n"), ("--policy", b""), ("--policy", b"\0\1"), ("--policy", b"log x\nquorum none\n"),
        ("--keyring", b"x"), ("--keyring", b"{}"), ("--keyring", b"[{}]"), ("--keyring", b"[" * 100_000),
    ],
)  # fmt: skip
def test_a_wrong_file_of_the_reader_is_not_put_down_to_the_bundle(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, data: bytes
) -> None:
    own = tmp_path / "my file"
    own.write_bytes(data)
    asked = [sys.executable, "-I", str(VERIFY), str(good), option, str(own)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    with pytest.raises(SystemExit) as left:
        main(["bundle", "verify", str(good), option, str(own)])
    said = capsys.readouterr()
    assert (done.returncode, left.value.code) == (2, 2)
    assert (done.stdout, said.out) == ("", "")
    assert done.stderr.startswith(f"verify.py: {own}: ") and said.err.startswith(f"evenhand: {own}: ")
    assert done.stderr.count("\n") == said.err.count("\n") == 1
    assert packaged(good, **{option.removeprefix("--"): data}).exit == 2


def test_an_own_list_without_the_key_is_no_wrong_file(good: Path) -> None:
    assert packaged(good, keyring=b"[]\n").reasons == {"no_key"}


# The last resort ----------------------------------------------------------------------------------------------------


def stumble(*_: Any, **__: Any) -> Any:
    raise OverflowError("nobody foresaw this")


@pytest.mark.parametrize("stage", ["_items", "_signatures", "run"])
def test_verify_py_answers_whatever_happens(
    good: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], stage: str
) -> None:
    monkeypatch.setattr(loaded().Check, stage, stumble)
    assert loaded().main([str(good)]) == 1
    lines = capfd.readouterr().out.splitlines()
    assert lines == [loaded().HEADLINE["failed"], "It is of a form that no rule knows (OverflowError)."]
    assert loaded().main([str(good), "--json"]) == 1
    assert json.loads(capfd.readouterr().out) == {"verdict": "failed", "exit": 1, "findings": []}


@pytest.mark.parametrize("stage", ["check_items", "earlier_heads", "cosigners", "read_trust", "run"])
def test_the_command_answers_whatever_happens(
    good: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stage: str
) -> None:
    monkeypatch.setattr(checking._Check, stage, stumble)
    with pytest.raises(SystemExit) as left:
        main(["bundle", "verify", str(good)])
    assert left.value.code == 1
    said = capsys.readouterr()
    assert "of a form that no rule knows" in said.out and "failed: " in said.out and said.err == ""


@pytest.mark.slow
def test_a_checked_bundle_is_still_the_same(good: Path) -> None:
    assert both(good).verdict == "verified"
