"""Both verifiers on bundles that were changed at random where the rules are: one verdict, and the same facts told.

Bytes flipped anywhere mostly end at a digest. Here the lists of files are brought in line afterwards, keys replaced,
retired or revoked, witnesses sign or do not, so that the rules behind the digests are reached and can differ.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from tests.bundle.bundle_room import ORIGIN, Room, contents, cosigner, in_memory, key_line, loaded, relisted
from tests.kill import points

from evenhand.ledger.notes import Signer
from evenhand.ledger.policy import NamedWitness

pytestmark = pytest.mark.slow
Files = dict[str, bytes]
CHANGES: Final = 25
TOLD: Final = ("cosigned", "continues", "early", "fingerprints")
ODD: Final[tuple[Any, ...]] = (
    0, 1, 2, 5, 6, -1, 2**53, 2**63, True, None, "", "2", "x", [], {}, ["x"], "A" * 43 + "=", ["A" * 43 + "="] * 3,
)  # fmt: skip
NEW_NAMES: Final = ("log/zzz", "data/zzz", "proofs/consistency/1-9.json", "proofs/consistency/1-1.json")
ENDS: Final = (b" ", b"\t", b"x", b"\r", b"=", b"\xff", b"\0")
LINES: Final = (b"", b"index 0", b"index 99", b"6", b"0", b"extra AAAA", b"# x", b"quorum none")


@pytest.mark.parametrize("seed", range(points(short=20, nightly=600)))
def test_changed_at_random_both_say_the_same(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    whole, policy = made(draw, tmp_path)
    for _ in range(CHANGES):
        files = whole
        for _ in range(draw.choice([0, 1, 1, 1, 2, 3])):
            files = changed(draw, files)
        if draw.random() < 0.85:
            files = relisted(files)
        one, other = in_memory(loaded(), files, policy)
        assert (one.verdict, one.exit) == (other.verdict, other.exit), differing(whole, files)
        if one.verdict != "failed":
            for name in TOLD:
                assert one.all[name] == other.all[name], (name, differing(whole, files))


def made(draw: random.Random, folder: Path) -> tuple[Files, bytes | None]:
    """Return the files of a bundle whose keys and witnesses are drawn, and a reader's own policy or None."""
    room = Room(folder)
    witness, new = cosigner("north", room.ctx), Signer.generate(ORIGIN, room.ctx)
    signers, cosigners = [(room.signer,), (new,), (room.signer, new)], [[], [witness]]
    room.act("case.reply_received", reply=b"I wrote it once.")
    room.keyring = [_state(draw, key) for key in (room.signer, new)][: draw.choice([1, 2, 2])]
    earlier = room.checkpoint(*draw.choice(signers), cosigners=draw.choice(cosigners))
    room.act()
    room.file(b"not really a picture")
    named = [NamedWitness(witness.verifier, "https://witness.example/w")]
    files = contents(
        room.bundle(
            earlier=draw.choice([None, earlier, earlier]), signers=draw.choice(signers),
            cosigners=draw.choice(cosigners), witnesses=draw.choice([[], named]),
        )
    )  # fmt: skip
    if draw.random() < 0.5:
        again = room.checkpoint(*draw.choice(signers), cosigners=draw.choice(cosigners))
        files["log/checkpoint"] = again.published
    logs = "".join(f"log {key.verifier}\n" for key in (room.signer, new)[: draw.choice([1, 2, 2])])
    own = f"{logs}witness north {witness.verifier}\nquorum {draw.choice(['none', 'north'])}\n"
    return files, draw.choice([None, own.encode()])


def _state(draw: random.Random, key: Signer) -> dict[str, Any]:
    status = draw.choice(["active", "retired", "revoked"])
    return key_line(key, status, None if status == "active" else draw.randrange(7))


def changed(draw: random.Random, files: Mapping[str, bytes]) -> Files:
    """Return the files with one of them gone, copied, or changed in a value or a line."""
    name = draw.choice([each for each in files if each != "verify.py" and not each.endswith("html")])
    data, rest = files[name], {each: files[each] for each in files if each != name}
    luck = draw.random()
    if luck < 0.12:
        return rest
    if luck < 0.18:
        return {**files, draw.choice([f"{name}x", *NEW_NAMES]): data}
    if name.endswith(".json") and luck < 0.8:
        return {**rest, name: _json(draw, data) + data[len(data.rstrip(b"\n")) :]}
    return {**rest, name: _lines(draw, data, of_json=name.endswith(".jsonl"))}


def _json(draw: random.Random, data: bytes) -> bytes:
    try:
        value = _other(draw, json.loads(data))
    except ValueError:  # changed before
        return data + b"x"
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _lines(draw: random.Random, data: bytes, *, of_json: bool) -> bytes:
    lines = data.split(b"\n")
    at = draw.randrange(len(lines))
    ways: list[Callable[[bytes], list[bytes]]] = [
        lambda _: [],
        lambda line: [line, line],
        lambda line: [line + draw.choice(ENDS)],
        lambda _: [draw.choice(LINES)],
    ]
    if of_json:
        ways += [lambda line: [_json(draw, line)]] * 4
    return b"\n".join([*lines[:at], *draw.choice(ways)(lines[at]), *lines[at + 1 :]])


def _other(draw: random.Random, value: Any) -> Any:
    """Return a JSON value with one place of it left out, doubled, added, or replaced by something odd."""
    luck = draw.random()
    if isinstance(value, dict) and value:
        key = draw.choice(sorted(value))
        if luck < 0.15:
            return {name: each for name, each in value.items() if name != key}
        if luck < 0.3:
            return {**value, f"{key}x": draw.choice(ODD)}
        return {**value, key: _other(draw, value[key]) if luck < 0.75 else draw.choice(ODD)}
    if isinstance(value, list) and value:
        at = draw.randrange(len(value))
        new = [] if luck < 0.2 else [value[at]] * 2 if luck < 0.4 else [_other(draw, value[at])]
        return [*value[:at], *new, *value[at + 1 :]]
    return draw.choice(ODD)


def differing(whole: Files, files: Files) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Return what was changed, for whoever has to find the rule that differs."""
    names = [name for name in sorted({*whole, *files}) if "manifest" not in name]
    return {name: (whole.get(name), files.get(name)) for name in names if whole.get(name) != files.get(name)}
