"""What lies outside the seal of a bundle: whoever holds one can rewrite it, so it proves nothing and may not speak."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.bundle.bundle_room import (
    VERIFY,
    Room,
    both,
    cosigner,
    key_line,
    packaged,
    relist,
    rewrite,
    small_bundle,
    stand_alone,
)

from evenhand.bundle import check_bundle
from evenhand.bundle.custody import plain_words
from evenhand.bundle.payload import json_line
from evenhand.cli import main
from evenhand.cli.bundle import report_lines
from evenhand.ledger.notes import Signer
from evenhand.ledger.policy import NamedWitness

pytestmark = pytest.mark.slow
URL = "https://federal-archive.example/witness"


def printed(bundle: Path, *options: str, flags: tuple[str, ...] = ("-I",), **more: Any) -> list[str]:
    asked = [sys.executable, *flags, str(VERIFY), str(bundle), *options]
    return subprocess.run(asked, capture_output=True, text=True, check=False, **more).stdout.splitlines()


def told(bundle: Path, policy: bytes | None = None) -> str:
    return "\n".join(report_lines(check_bundle(bundle, now=1_900_000_000, policy=policy)))


def witnessed(room: Room, witness: Signer) -> Path:
    """Return a bundle whose own policy names a witness that cosigned: as an honest one has it, or a forger makes it."""
    room.act()
    return room.bundle(cosigners=[witness], witnesses=[NamedWitness(witness.verifier, URL)])


# Witnesses ----------------------------------------------------------------------------------------------------------


def test_a_witness_that_only_the_bundle_names_proves_nothing(tmp_path: Path) -> None:
    """Whoever holds a bundle adds one with any name: no key of the log is needed for that."""
    room = Room(tmp_path)
    bundle = witnessed(room, cosigner("federal-archive.example/witness", room.ctx))
    found = both(bundle)
    assert (found.verdict, found.found) == ("verified", frozenset())
    for said in (found.all, packaged(bundle).all):
        assert (said["cosigned"], said["named_only_here"]) == ([], ["federal-archive.example/witness"])
    for text in ("\n".join(printed(bundle)), told(bundle)):
        assert "Cosigned by" not in text and "2026-03-04T05:06:07Z." not in text
        assert "Named only by this bundle" in text and "prove" in text and "No signature from outside" in text


def test_a_witness_of_a_policy_from_elsewhere_is_told(tmp_path: Path) -> None:
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    bundle = witnessed(room, witness)
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum north\n"
    said = both(bundle, policy=policy)
    assert (said.verdict, said.all["named_only_here"]) == ("verified", [])
    lines = printed(bundle, "--policy", str(bundle.with_name("bundle-policy")))
    assert "Cosigned by north at 2026-03-04T05:06:07Z." in lines and "The keys are those that you gave." in lines
    for text in ("\n".join(lines), told(bundle, policy.encode())):
        assert "Cosigned by north" in text and "No signature from outside" not in text


def test_a_revoked_key_is_not_saved_by_a_witness_of_the_bundle(tmp_path: Path) -> None:
    """The thief of a key adds the witness: only a policy from elsewhere can say whom to believe."""
    room = Room(tmp_path)
    room.keyring = [key_line(room.signer, "revoked", 9)]
    witness = cosigner("north", room.ctx)
    bundle = witnessed(room, witness)
    assert both(bundle).reasons == {"revoked_key_alone"}
    rewrite(bundle, "log/policy", lambda data: data.replace(b"quorum none", b"quorum north"))
    assert both(bundle).verdict == "failed"


@pytest.mark.parametrize(("seconds", "counts"), [(-301, False), (-299, True), (0, True)])
def test_a_cosignature_older_than_what_it_covers_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, counts: bool
) -> None:
    from tests.bundle import bundle_room

    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    monkeypatch.setattr(bundle_room, "SECONDS", bundle_room.SECONDS + seconds)
    bundle = witnessed(room, witness)
    monkeypatch.undo()
    base = f"log {room.signer.verifier}\nwitness north {witness.verifier}\n"
    said = both(bundle, policy=base + "quorum none\n")
    assert said.verdict == "verified"
    ours = packaged(bundle, policy=(base + "quorum none\n").encode()).all
    assert (len(said.all["cosigned"]), len(said.all["early"])) == (int(counts), int(not counts))
    assert (ours["cosigned"], ours["early"]) == (said.all["cosigned"], said.all["early"])
    text = "\n".join(printed(bundle, "--policy", str(bundle.with_name("bundle-policy"))))
    for words in (text, told(bundle, (base + "quorum none\n").encode())):
        assert ("Wrong: cosigned by north" in words) is not counts
    expected = set() if counts else {"quorum_not_met"}
    assert both(bundle, policy=base + "quorum north\n").reasons == expected
    assert both(bundle).all["named_only_here"] == (["north"] if counts else [])


def test_a_note_without_the_cosignature_hides_none(tmp_path: Path) -> None:
    """A proof carries the same checkpoint as `log/checkpoint`; one of them may lack a line."""
    room = Room(tmp_path)
    witness = cosigner("north", room.ctx)
    bundle = witnessed(room, witness)
    for path in (bundle / "proofs").glob("*.tlog-proof"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if " north " not in line))
    relist(bundle)
    policy = f"log {room.signer.verifier}\nwitness north {witness.verifier}\nquorum none\n"
    one, other = both(bundle, policy=policy), packaged(bundle, policy=policy.encode())
    assert [each["witness"] for each in one.all["cosigned"]] == ["north"]
    assert one.all["cosigned"] == other.all["cosigned"]


# What no bundle has there ---------------------------------------------------------------------------------------------


def _keyring(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[bytes], bytes]:
    return lambda data: json_line([change(each) for each in json.loads(data)])


def _spaced(data: bytes) -> bytes:
    return json.dumps(json.loads(data)).encode() + b"\n"


STRANGE: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "a line more": ("bag-info.txt", lambda data: data + b"Source-Organization: The High Court\n"),
    "a line before": ("bag-info.txt", lambda data: b"Contact-Name: x\n" + data),
    "a line twice": ("bag-info.txt", lambda data: data.splitlines(keepends=True)[0] + data),
    "another day": ("bag-info.txt", lambda data: data.replace(b"2026-03-04", b"2021-01-01")),
    "the next day": ("bag-info.txt", lambda data: data.replace(b"2026-03-04", b"2026-03-05")),
    "no day": ("bag-info.txt", lambda data: data.replace(b"2026-03-04", b"as agreed")),
    "another name": ("bag-info.txt", lambda data: data.replace(b"abab", b"0000")),
    "words as a name": ("bag-info.txt", lambda data: data.replace(b"ab" * 16, b"Found guilty")),
    "another number": ("bag-info.txt", lambda data: data.replace(b"Oxum: ", b"Oxum: 1")),
    "not ASCII": ("bag-info.txt", lambda data: data + b"\xff\n"),
    "a comment": ("log/policy", lambda data: data + b"# Approved by the High Court\n"),
    "another first line": ("log/policy", lambda data: data.replace(b"Whom to trust", b"The court says whom to trust")),
    "an empty line": ("log/policy", lambda data: data + b"\n"),
    "a tab": ("log/policy", lambda data: data.replace(b"\nquorum", b"\t\nquorum")),
    "two spaces": ("log/policy", lambda data: data.replace(b"log ", b"log  ")),
    "an address of the log": ("log/policy", lambda data: data.replace(b"\nquorum", b" https://court.example\nquorum")),
    "a key beyond the log": ("log/keyring.json", _keyring(lambda each: {**each, "added_index": 700})),
    "a place that is none": ("log/keyring.json", _keyring(lambda each: {**each, "added_index": "approved"})),
    "a change of an active key": ("log/keyring.json", _keyring(lambda each: {**each, "status_index": 1})),
    "a keyring with spaces": ("log/keyring.json", _spaced),
    "hidden words in a proof": (
        "proofs/2.tlog-proof",
        lambda data: data.replace(b"\nindex", b"\nextra " + base64.b64encode(b"hidden words") + b"\nindex", 1),
    ),
    "an opening with spaces": ("proofs/bundle.opening.json", _spaced),
    "an earlier checkpoint with spaces": ("proofs/consistency/2-6.json", _spaced),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_no_bundle_has_is_refused(bundle: Path, name: str) -> None:
    path, change = STRANGE[name]
    before = (bundle / path).read_bytes()
    rewrite(bundle, path, change)
    assert (bundle / path).read_bytes() != before
    said = both(bundle)
    assert (said.verdict, said.found) == ("failed", frozenset({(path, "malformed")}))


def test_a_keyring_names_no_key_that_the_policy_does_not(bundle: Path, tmp_path: Path) -> None:
    stranger = Signer.generate("evenhand/stranger", Room(tmp_path).ctx)
    rewrite(bundle, "log/keyring.json", lambda data: json_line(
        [*json.loads(data), {**json.loads(data)[0], "vkey": str(stranger.verifier)}]
    ))  # fmt: skip
    assert both(bundle).found == {("log/keyring.json", "malformed")}


@pytest.mark.parametrize(
    "line", ["witness north {key}", "witness south {key} https://x.example/", "witness north {key} ftp://x.example/"]
)
def test_a_witness_is_named_as_bundles_name_theirs(bundle: Path, tmp_path: Path, line: str) -> None:
    key = str(cosigner("north", Room(tmp_path).ctx).verifier)
    rewrite(bundle, "log/policy", lambda d: d.replace(b"quorum", line.format(key=key).encode() + b"\nquorum"))
    assert both(bundle).found == {("log/policy", "malformed")}


def test_a_key_was_put_out_of_use_inside_the_log(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.keyring = [{**key_line(room.signer, "retired", 9), "status_index": 700}]
    room.act()
    assert ("log/keyring.json", "malformed") in both(room.bundle()).found


def test_the_policy_in_the_bundle_is_read_where_another_is_given(bundle: Path) -> None:
    policy = (bundle / "log/policy").read_text()
    assert both(bundle, policy=policy).verdict == "verified"
    rewrite(bundle, "log/policy", lambda data: data.replace(b"evenhand/test+", b"evenhand/tset+"))
    said = both(bundle, policy=policy)
    assert ("log/policy", "malformed") in said.found


def test_the_files_may_be_written_before_midnight(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path)
    rewrite(bundle, "bag-info.txt", lambda data: data.replace(b"2026-03-04", b"2026-03-03"))
    assert both(bundle).verdict == "verified"


# What is said ---------------------------------------------------------------------------------------------------------


def test_the_first_lines_say_what_was_checked_and_what_was_not(bundle: Path) -> None:
    lines = printed(bundle)
    assert lines[0] == "VERIFIED. The contents of this bundle, its folder data, are those that were sealed."
    head = "\n".join(lines[: lines.index("")])
    assert "It says that it is of: Case 2026-0001, in the log evenhand/test." in head
    assert "It holds 4 of the 6 entries of that log" in head
    assert "The keys came with the bundle, from its sender" in head
    assert "No signature from outside the organisation counts here." in head
    assert "It continues the log of 2 entries." in head
    assert "Only the folder data is sealed" in head and "bag-info.txt" in head and "verify.py" in head
    body = lines[lines.index("") :]
    assert body[2].startswith("Times are the organisation's own clock: nothing here checks them.")
    for words in ("Case 2026-0001, in the log evenhand/test", "No signature from outside", "Only its folder data"):
        assert words in told(bundle)
    assert "Times are the organisation's own clock" in told(bundle)


def test_a_missing_earlier_checkpoint_is_said(bundle: Path) -> None:
    shutil.rmtree(bundle / "proofs/consistency")
    relist(bundle)
    assert both(bundle).verdict == "verified"
    for text in ("\n".join(printed(bundle)), told(bundle)):
        assert "No earlier checkpoint is here to compare with." in text


def test_another_copy_of_the_program_is_said(bundle: Path) -> None:
    assert "Do not run it" not in "\n".join(printed(bundle))
    rewrite(bundle, "verify.py", lambda data: data + b"print('VERIFIED.')\n")
    assert both(bundle).verdict == "verified"
    assert "The copy of verify.py in this bundle is another" in "\n".join(printed(bundle))


def test_closed_fields_are_counted_where_they_stand(bundle: Path) -> None:
    lines = printed(bundle)
    place = next(number for number, line in enumerate(lines) if "(evidence.sealed)" in line)
    assert lines[place + 1].strip().startswith("verified, but for 1 of its 2 fields, withheld: ")
    place = next(number for number, line in enumerate(lines) if "(case.reply_received)" in line)
    assert lines[place + 1].strip().startswith("verified: ")


def test_what_was_left_out_is_named(tmp_path: Path) -> None:
    room = Room(tmp_path)
    room.act()
    words = "Letter N3 of 2026-08-08 (respondent): it holds a code\x1b[2J that opens one side of the case."
    bundle = room.bundle(left_out=(words,))
    for text in ("\n".join(printed(bundle)), told(bundle)):
        assert "Left out, as" in text and "Letter N3 of 2026-08-08 (respondent)" in text and "\x1b" not in text


def test_where_no_signature_was_checked_that_is_said(bundle: Path) -> None:
    text = "\n".join(printed(bundle, flags=("-I", "-S"), env={"PATH": ""}))
    assert text.startswith("UNVERIFIABLE") and "No signature was checked: nothing shows who made this." in text
    assert "Checked against" not in text and "The keys came with" not in text
    assert stand_alone(bundle, env={"PATH": ""}, isolated=True).all["signatures"] == "not checked"


@pytest.mark.parametrize("damaged", [False, True])
def test_a_reader_who_goes_away_changes_no_verdict(bundle: Path, damaged: bool) -> None:
    if damaged:
        (bundle / "data/entries/1.json").write_bytes(b"{}")
    ours = "import sys; from evenhand.cli import main; main(['bundle', 'verify', sys.argv[1]])"
    for program in ([str(VERIFY)], ["-c", ours]):
        asked = [sys.executable, *program, str(bundle)]
        with subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stdout is not None and running.stderr is not None
            running.stdout.close()
            assert running.stderr.read() == b""
        assert running.returncode == int(damaged), program


def test_a_result_that_cannot_be_written_is_no_verdict(bundle: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, VERIFY, bundle], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (2, b"verify.py: the result could not be written.\n")
    done = subprocess.run(f'"{sys.executable}" "{VERIFY}" "{bundle}" >&-', shell=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (2, b"verify.py: the result could not be written.\n")


def test_words_of_a_bundle_cannot_steer_the_terminal_of_the_command(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bundle / "proofs/x\rverified: all is well").write_bytes(b"x")
    with pytest.raises(SystemExit):
        main(["bundle", "verify", str(bundle)])
    said = capsys.readouterr().out
    assert "verified: all is well" in said and "\r" not in said


def test_the_page_for_readers_holds_plain_words(tmp_path: Path) -> None:
    room = Room(tmp_path)
    pool = json.dumps([{"person": "ab" * 32, "skills": ["branch"], "excluded": "other_seat"}]).encode()
    words = b'{"answers": [["dispute", "We believe <it>."]]}'
    room.act("draw.committed", pool=pool, constraints=words)
    page = (room.bundle() / "data/custody.html").read_text()
    assert "a draw by lot was announced" in page and "INV-" not in page and "draw.committed" not in page
    assert "<summary>constraints</summary><p>We believe &lt;it&gt;.</p>" in page
    assert "&quot;" not in page and "ab" * 32 not in page and "<summary>pool" not in page
    assert "python3 -I verify.py" in page and "from a place you trust" in page


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("He wrote it.", ["He wrote it."]),
        ("[not JSON", ["[not JSON"]),
        ('["One.", {"a": ["Two.", "other_seat"], "b": 3}, "Three."]', ["One.", "Two.", "Three."]),
        ("ab" * 16, []),
        ("[" * 100_000, ["[" * 100_000]),
    ],
)
def test_plain_words(text: str, words: list[str]) -> None:
    assert list(plain_words(text)) == words
