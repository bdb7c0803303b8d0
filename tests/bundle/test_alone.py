"""verify.py as whoever gets a bundle has it: one file, nothing else, on their own computer; and its words."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from tests.bundle.bundle_room import VERIFY, Room, loaded, packaged, small_bundle, stand_alone

from evenhand.bundle.sealing import verifier
from evenhand.ledger.errors import Reason
from evenhand.ledger.registry import REGISTRY

NEVER_SAID = re.compile(r"\b(authentic|genuine|tamper-?proof|forgery-?proof|court-?proof)\b", re.IGNORECASE)
HOW_TO = VERIFY.parents[3] / "docs" / "how-to" / "check-a-bundle.md"


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, check=False)


def test_it_is_one_file_of_the_standard_library() -> None:
    tree = ast.parse(VERIFY.read_text(), feature_version=(3, 9))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported - sys.stdlib_module_names == {"cryptography"}
    assert "socket" not in imported and "urllib" not in imported
    assert len(VERIFY.read_text().splitlines()) <= 1_500


def test_nothing_of_the_package_is_copied_into_it() -> None:
    """No function of it has the body of one of the ledger's: else a mistake would be in both."""
    own = {ast.dump(ast.Module(node.body[1:], [])): node.name for node in functions(VERIFY) if len(node.body) > 2}
    others = [path for room in ("ledger", "bundle") for path in VERIFY.parents[1].joinpath(room).glob("*.py")]
    bodies = {ast.dump(ast.Module(node.body[1:], [])) for path in others if path != VERIFY for node in functions(path)}
    assert {name for body, name in own.items() if body in bodies} == set()


def functions(path: Path) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]


def test_every_reason_word_has_a_sentence() -> None:
    alone = loaded()
    raised = r"(?:Wrong\(|Lacking\(|add\((?:FAILED|UNVERIFIABLE|VERIFIED), )\"([a-z0-9_]+)\""
    refused = r"refuse\(.+, \"([a-z0-9_]+)\"\)$"
    used = {word for form in (raised, refused) for word in re.findall(form, VERIFY.read_text(), re.MULTILINE)}
    used -= {"malformed"}
    assert len(used) > 15
    assert used <= set(alone.MEANING) <= {reason.value for reason in Reason}
    assert all(sentence.endswith(".") for sentence in alone.MEANING.values())


def test_it_calls_each_type_of_entry_what_the_registry_calls_it() -> None:
    called = {name: row.called for name, row in REGISTRY.items()}
    assert called == loaded().CALLED
    assert len(set(called.values())) == len(called), "two kinds of entry that a reader cannot tell apart"


def test_the_bundle_carries_it_and_the_documents_say_its_digest(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    assert (bundle / "verify.py").read_bytes() == verifier() == VERIFY.read_bytes()
    digest = sha256(VERIFY.read_bytes()).hexdigest()
    assert digest in HOW_TO.read_text(), f"docs/how-to/check-a-bundle.md must name {digest}"


@pytest.mark.slow
def test_it_runs_alone_in_an_empty_folder(tmp_path: Path) -> None:
    bundle, empty = small_bundle(tmp_path), tmp_path / "empty"
    empty.mkdir()
    shutil.copy(VERIFY, empty / "verify.py")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    done = run("-I", "-S", "verify.py", bundle, cwd=empty)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"VERIFIED. ")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert run("-I", "-S", "verify.py", bundle, cwd=empty).stdout == done.stdout


@pytest.mark.slow
def test_without_a_name_it_checks_the_bundle_it_lies_in(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    assert run("verify.py", cwd=bundle).stdout.startswith(b"VERIFIED. ")
    (bundle / "data/objects/000003-file.png").write_bytes(b"x")
    done = run("verify.py", cwd=bundle)
    assert done.returncode == 1
    assert done.stdout.startswith(b"FAILED. ")
    assert b"failed (content_mismatch): data/objects/000003-file.png" in done.stdout


@pytest.mark.slow
def test_its_words(tmp_path: Path) -> None:
    """It says what was and was not shown, where to compare the key, and none of the words that claim too much."""
    bundle = small_bundle(tmp_path)
    said = [run(VERIFY, bundle, cwd=tmp_path).stdout.decode()]
    assert "Checked against keys supplied in this bundle; compare fingerprint " in said[0]
    assert "It does not show that nothing was left out" in said[0]
    assert "Withheld by whoever made this bundle: 1 field(s)." in said[0]
    policy, keyring = (str(bundle / "log" / name) for name in ("policy", "keyring.json"))
    said.append(run(VERIFY, bundle, "--policy", policy, "--keyring", keyring, cwd=tmp_path).stdout.decode())
    assert "Checked against the policy you gave" in said[1]
    (bundle / "proofs/1.tlog-proof").unlink()
    said.append(run(VERIFY, bundle, cwd=tmp_path).stdout.decode())
    assert said[2].startswith("UNVERIFIABLE. ")
    said += [VERIFY.read_text(), HOW_TO.read_text(), (bundle / "data/custody.html").read_text()]
    assert not [text for text in said if NEVER_SAID.search(text)]


@pytest.mark.slow
def test_words_in_a_bundle_cannot_steer_a_terminal(tmp_path: Path) -> None:
    from dataclasses import replace

    room = Room(tmp_path)
    item = room.act()
    bundle = room.bundle(items=[replace(item, wording="fine\x1b[2J\nVERIFIED. All is well")])
    printed = run(VERIFY, bundle, cwd=tmp_path).stdout
    assert b"\x1b" not in printed
    assert [line for line in printed.splitlines() if line.startswith(b"VERIFIED")] == printed.splitlines()[:1]


@pytest.mark.slow
def test_a_bundle_in_which_all_is_withheld_still_shows_its_places(tmp_path: Path) -> None:
    from dataclasses import replace

    room = Room(tmp_path)
    item = room.act("case.reply_received", reply=b"I wrote it once.")
    room.act()
    closed = replace(item, opened=(), objects=(), withheld=("doc", "reply"))
    bundle = room.bundle(items=[closed, room.items[1]])
    one, other = stand_alone(bundle), packaged(bundle)
    assert (one.verdict, one.found) == (other.verdict, other.found) == ("verified", frozenset())
    assert one.all["items"][0]["fields"] == {"doc": "unverifiable", "reply": "unverifiable"}
    text = b"".join(path.read_bytes() for path in bundle.rglob("*") if path.is_file())
    assert b"I wrote it once" not in text
    assert os.listdir(bundle / "data/openings") == ["2.json"]
