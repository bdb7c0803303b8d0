"""What counts as a link, where a capture program may be sent, and what it may bring back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from evenhand.errors import UsageError
from evenhand.evidence.capturing import capture
from evenhand.evidence.links import check_public, given_link
from evenhand.evidence.uploads import Kind, strip

LINK = "https://chirp.example/@harbour_gull/1"


@pytest.mark.parametrize("text", [LINK, f"  {LINK}\n", "http://chirp.example", "https://Überall.example/ä?b=1#c"])
def test_a_link_is_kept_as_it_was_given(text: str) -> None:
    assert given_link(text) == text.strip()


@pytest.mark.parametrize("text", [
    "", "chirp.example/1", "javascript:alert(1)", "file:///etc/passwd", "https://", "https://a b", "https://a\u202eb/",
    "https://name:word@chirp.example/", "ftp://chirp.example/", "https://[::1", f"https://a/{'x' * 2_000}",
])  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        given_link(text)


@pytest.mark.parametrize(("found", "lets"), [
    (["93.184.215.14"], True), (["93.184.215.14", "2606:2800:21f:cb07::1"], True), ([], False),
    (["127.0.0.1"], False), (["10.1.2.3"], False), (["169.254.169.254"], False), (["192.168.1.1"], False),
    (["100.64.0.1"], False), (["0.0.0.0"], False), (["224.0.0.1"], False), (["::1"], False), (["fe80::1%eth0"], False),
    (["fd00::1"], False), (["::ffff:127.0.0.1"], False), (["64:ff9b::7f00:1"], False), (["2002:7f00:1::"], False),
    (["93.184.215.14", "10.0.0.1"], False), (["no address"], False),
])  # fmt: skip
def test_a_program_is_sent_to_public_networks_alone(found: Sequence[str], lets: bool) -> None:
    if lets:
        check_public(LINK, lambda host: found)
        return
    with pytest.raises(UsageError):
        check_public(LINK, lambda host: found)


@pytest.mark.parametrize("link", ["https://chirp.example:6379/", "https://chirp.example:99999/", "file:///etc/passwd"])
def test_nor_to_other_ports_or_schemes(link: str) -> None:
    with pytest.raises(UsageError):
        check_public(link, lambda host: ["93.184.215.14"])


def test_a_name_that_is_not_found_is_no_crash() -> None:
    def nobody(host: str) -> Sequence[str]:
        raise OSError(host)

    with pytest.raises(UsageError, match="no address"):
        check_public(LINK, nobody)


def program(at: Path, body: str) -> str:
    at.write_text(f"#!/bin/sh\n{body}\n")
    at.chmod(0o700)
    return str(at)


def test_a_program_gets_the_link_a_folder_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENHAND_LOG_KEY_FILE", "/secret")
    into = tmp_path / "into"
    into.mkdir()
    made = capture(program(tmp_path / "p", 'mkdir -p "$2/a"; (echo "$1"; env) > "$2/a/page.warc"'), LINK, into=into)
    said = made.read_text()
    assert said.startswith(LINK) and "EVENHAND" not in said and "/secret" not in said


@pytest.mark.parametrize("body", [
    "exit 3", "true", 'echo a > "$2/a.warc"; echo b > "$2/b.wacz"', ': > "$2/a.warc"',
    'ln -s /etc/passwd "$2/a.warc"', 'head -c 2000 /dev/zero > "$2/a.wacz"', 'mkdir "$2/a.warc"',
])  # fmt: skip
def test_whatever_else_it_does_is_refused(tmp_path: Path, body: str) -> None:
    into = tmp_path / "into"
    into.mkdir()
    with pytest.raises(UsageError):
        capture(program(tmp_path / "p", body), LINK, into=into, most=1_000)


def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    body = f'(sleep 0.6; echo late > "{tmp_path}/late") & sleep 30'
    with pytest.raises(UsageError, match="too long"):
        capture(program(tmp_path / "p", body), LINK, into=into, seconds=0.2)
    time.sleep(0.7)
    assert not (tmp_path / "late").exists()


def test_there_is_no_program_and_no_file_is_a_link(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be started"):
        capture(str(tmp_path / "none"), LINK, into=tmp_path)
    assert strip(f"{LINK}\n".encode()).kind is Kind.TEXT, "only what is given as a link is one"
    assert Kind.LINK.ending == "txt" and Kind.LINK.media_type.startswith("text/plain")
