"""Readers of the ledger: notes, keys, checkpoints, proofs, policies, leaves, tiles, keyrings, revocations, forks."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from tests.fuzz.fuzzing import Target, agree, alone, rewrites, takes, text

from evenhand.context import Context
from evenhand.ledger import SYSTEM, Draft, MemoryStore, append
from evenhand.ledger.checkpoint import TreeHead, parse_tree_head, sign_checkpoint
from evenhand.ledger.encoding import b64, b64u, canonical, parse_canonical
from evenhand.ledger.forks import Fork, parse_fork
from evenhand.ledger.keyring import KeyLine, Status, parse_keyring
from evenhand.ledger.leaf import strict_parse
from evenhand.ledger.notes import (
    KeyType,
    Note,
    Signer,
    VerifierKey,
    parse_note,
    parse_trusted_vkey,
    parse_vkey,
    sign_note,
)
from evenhand.ledger.policy import Policy, parse_policy
from evenhand.ledger.proofs import consistency_proof, root_from_tiles
from evenhand.ledger.revocation import Revocation, open_revocation, sign_revocation
from evenhand.ledger.store import Checkpoint
from evenhand.ledger.tiles import TilePath, pack_bundle, unpack_bundle
from evenhand.ledger.tlog_proof import parse_tlog_proof, prove

ORIGIN = "log.example/1"
INDEX = 1_000
"""Where the leaves that are read stand: what they refer to lies below."""
DASH = "\N{EM DASH} ".encode()
LINES = (
    b"\n",
    b"\n\n",
    b"\n\n\n",
    b" ",
    b"\t",
    b"\r",
    b"\x00",
    b"\x1f",
    b"\x7f",
    b"\xff",
    b"=",
    b"+",
    b"A",
    b"0",
    b"-1",
)
NUMBERS = (b"00", b"9223372036854775807", b"9223372036854775808", b"18446744073709551616", b"9007199254740992")
ODD = (b"\xc2\xa0", b"\xe2\x80\x8b", b"\xed\xa0\x80", b"\xef\xbb\xbf", DASH)
JSON = (
    b'"', b"{}", b"[]", b"{", b"[", b",", b":", b"null", b"true", b"1e9", b"1.0", b"-0", b"NaN", b"\\ud800", b"\\u00e9",
    b"\\", b" ", b"\n", b'"a":', b"[" * 3_000, b"1" * 5_000,
)  # fmt: skip


@cache
def ctx() -> Context:
    return Context.repeatable("fuzz", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))


@cache
def signers() -> tuple[Signer, Signer, Signer, Signer]:
    """Return the log's key, its successor, its recovery key and a witness's key."""
    names = ((ORIGIN, KeyType.LOG), (ORIGIN, KeyType.LOG), (f"{ORIGIN}/recovery", KeyType.LOG))
    one, two, recovery = (Signer.generate(name, ctx(), kind) for name, kind in names)
    return one, two, recovery, Signer.generate("north", ctx(), KeyType.COSIGNER)


@cache
def store() -> MemoryStore:
    made = MemoryStore()
    draft = Draft("lead.disposed", ctx().random(16), {"doc": ctx().random(32)})
    append(made, [Draft("log.started", SYSTEM), *[draft] * 299], ctx())
    return made


def note(size: int, root: bytes | None = None, *more: Signer) -> bytes:
    head = TreeHead(ORIGIN, size, root_from_tiles(store(), size) if root is None else root)
    return sign_checkpoint(head, [signers()[0], *more])


def cosigned(size: int) -> bytes:
    signed = parse_note(note(size))
    return Note(signed.text, (*signed.signatures, signers()[3].sign(signed.text, 1_700_000_000))).encode()


def notes() -> list[bytes]:
    return [note(1), note(300, None, signers()[1]), cosigned(257), sign_note("a\n\nb\n", [signers()[0]]).encode()]


def largest() -> TreeHead:
    return TreeHead(ORIGIN, 2**63 - 1, bytes(32))


def vkeys() -> list[bytes]:
    later = VerifierKey("later", KeyType.ML_DSA_44, bytes(1312))
    odd = VerifierKey("Ä/\N{SNOWMAN}", KeyType.LOG, signers()[0].verifier.public)
    return [str(key).encode() for key in (*(signer.verifier for signer in signers()), later, odd)]


def policies() -> list[bytes]:
    log, other, _, north = (str(signer.verifier) for signer in signers())
    south, east = (str(Signer.generate(name, ctx(), KeyType.COSIGNER).verifier) for name in ("south", "east"))
    three = f"log {log}\nlog {other} https://x\nwitness n {north}\nwitness s {south} https://y\nwitness e {east}\n"
    return [
        f"log {log}\nquorum none\n".encode(),
        f"# a\n\n{three}group g 2 n s\ngroup h any g e\nquorum h\n".encode(),
        f"{three}group g all n s e\nquorum g".encode(),
    ]


def keyrings() -> list[bytes]:
    one, two, *_ = (str(signer.verifier) for signer in signers())
    lines = [
        KeyLine(one, Status.ACTIVE, 0),
        KeyLine(two, Status.RETIRED, 0, 7, 6),
        KeyLine(two, Status.REVOKED, 0, 9, 0),
    ]
    return [json.dumps([line.as_json() for line in chosen]).encode() for chosen in ([], lines[:2], lines[::2])]


def leaves() -> list[bytes]:
    """Return leaves with every key there is."""
    who, digest = b64u(b"\x80" * 16), b64u(b"\x81" * 32)
    head: dict[str, Any] = {"v": 1, "at": "2026-03-04T05:06:07Z", "n": who, "act": "system", "c": {"doc": digest}}
    key = {"act": who, "vkey": str(signers()[0].verifier)}
    made = [
        {
            "t": "evidence.redacted",
            "case": who,
            "obj": who,
            "ref": [0, 7, INDEX - 1],
            "c": {"content": digest, "doc": digest},
        },
        {"t": "key.added", **key},
        {"t": "key.revoked", **key, "last": 7},
        {"t": "key.added", "act": who, "vkey": str(VerifierKey("weak", KeyType.LOG, bytes(32)))},
        {"t": "evidence.batch_sealed", "cnt": 3, "root": digest},
        {"t": "code.adopted", "pub": {"code": "sha256:" + "0" * 64}, "why": "retention"},
    ]
    return [entry.data for entry in store().entries(0, 2)] + [canonical({**head, **more}) for more in made]


def proofs() -> list[bytes]:
    made = [
        prove(store(), index, Checkpoint(size, cosigned(size), ""))[0].encode() for index, size in ((0, 1), (7, 300))
    ]
    return [*made, made[1].replace(b"\nindex", b"\nextra QQ==\nindex")]


def forks() -> list[bytes]:
    other = note(200, bytes(32))
    path = consistency_proof(store(), 200, 300)
    made = Fork(other, note(300), 200, root_from_tiles(store(), 200), tuple(path))
    made.check([signers()[0].verifier])
    return [made.encode()]


def revocations() -> list[bytes]:
    one, two, recovery, _ = signers()
    return [sign_revocation(Revocation(ORIGIN, one.verifier, last, two.verifier), recovery) for last in (0, 2**63 - 1)]


def open_revoked(data: bytes) -> tuple[bytes, str]:
    """Return a revocation with its signatures, as the log keeps it."""
    return data, open_revocation(data, signers()[2].verifier).text()


def check_revocation(data: bytes) -> bool:
    found = takes(open_revoked, data)
    assert found is None or found[0][1].encode() == parse_note(data).text.encode()
    return found is not None


def bundles() -> list[bytes]:
    return [b"", pack_bundle(leaves()), pack_bundle([b"", b"a" * 65_535])]


def fork_and_check(data: bytes) -> Fork:
    """Return a proof of fork, checked too: nothing in it may end the check otherwise than by its errors."""
    found = parse_fork(data)
    takes(lambda _: found.check([signers()[0].verifier]), data)
    return found


def our_policy(data: bytes) -> Any:
    found: Policy = parse_policy(data)
    named = {name: str(key) for name, key in found.witnesses.items()}
    groups = {name: (group.threshold, list(group.members)) for name, group in found.groups.items()}
    return [str(key) for key in found.logs], named, groups, found.quorum


def their_policy(data: bytes) -> Any:
    found = alone().Policy(data)
    named = {name: key.text for name, key in found.witnesses.items()}
    return [key.text for key in found.logs], named, found.groups, found.quorum


def our_note(data: bytes) -> Any:
    found = parse_note(data)
    head = parse_tree_head(found.text)
    if head.size == 0:
        raise alone_refuses_empty()
    lines = [(line.name, line.key_id, line.signature) for line in found.signatures]
    return found.text, lines, head.origin, head.size, head.root


def alone_refuses_empty() -> Exception:
    """Return why the package too counts no checkpoint of an empty log in a bundle (`bundle/trust.py`)."""
    from evenhand.ledger.errors import Malformed

    return Malformed("a checkpoint of an empty log covers nothing")


def their_note(data: bytes) -> Any:
    found = alone().Note(data)
    head = alone().Head(found.text)
    return found.text, found.lines, head.origin, head.size, head.root


def our_proof(data: bytes) -> Any:
    found = parse_tlog_proof(data)
    return found.index, list(found.path), found.checkpoint


def their_proof(data: bytes) -> Any:
    found = alone().Proof(data)
    return found.index, found.path, found.note


def our_keyring(data: bytes) -> Any:
    return {str(key): (state.status.value, state.last) for key, state in parse_keyring(data).items()}


def our_key(vkey: str) -> str:
    return str(parse_trusted_vkey(vkey))


def their_key(vkey: str) -> str:
    found: str = alone().trusted_key(vkey).text
    return found


def our_leaf(data: bytes) -> Any:
    return strict_parse(data, INDEX, known_types=False)


def check_proof(data: bytes) -> bool:
    """A proof is written again as it was, but for a line of extras that nobody reads."""
    found = takes(parse_tlog_proof, data)
    if found is not None:
        head, blank, rest = data.partition(b"\n\n")
        kept = [line for line in head.split(b"\n") if not line.startswith(b"extra ")]
        assert found[0].encode() == b"\n".join(kept) + blank + rest
    return found is not None


def both(first: Any, second: Any) -> Any:
    """Return the check that both checks hold; they must also take the same."""

    def check(data: bytes) -> bool:
        one, other = first(data), second(data)
        assert one == other
        return bool(one)

    return check


TARGETS = [
    Target("note", notes, rewrites(parse_note, Note.encode), LINES + ODD),
    Target(
        "checkpoint", lambda: [note(1), cosigned(300)],
        agree(our_note, their_note), LINES + NUMBERS + ODD,
    ),
    Target(
        "tree_head", lambda: [parse_note(note(300)).text.encode(), largest().text().encode()],
        rewrites(text(parse_tree_head), lambda head: head.text().encode()), LINES + NUMBERS + ODD,
    ),
    Target("vkey", vkeys, rewrites(text(parse_vkey), lambda key: str(key).encode()), LINES + ODD),
    Target("trusted_vkey", vkeys, agree(text(our_key), text(their_key)), LINES + ODD),
    Target(
        "private_key", lambda: [signer.encode().encode() for signer in signers()],
        rewrites(text(Signer.parse), lambda signer: signer.encode().encode()), LINES + ODD,
    ),
    Target(
        "policy", policies, agree(our_policy, their_policy),
        (*LINES, *NUMBERS, *ODD, b"none", b"#", b"quorum none\n"),
    ),
    Target("keyring", keyrings, agree(our_keyring, lambda data: alone().read_keyring(data)), JSON + NUMBERS + ODD),
    Target("tlog_proof", proofs, both(check_proof, agree(our_proof, their_proof)), LINES + NUMBERS + ODD),
    Target(
        "leaf", leaves,
        both(rewrites(our_leaf, canonical), agree(our_leaf, lambda data: alone().read_entry(data, INDEX))),
        JSON + NUMBERS + ODD,
    ),
    Target(
        "canonical_json", lambda: [*leaves(), b'"a"', b"[1,[2]]"], rewrites(parse_canonical, canonical), JSON + NUMBERS
    ),
    Target(
        "tile_path", lambda: [b"tile/0/000", b"tile/63/x001/x234/067.p/255", b"tile/entries/x001/000.p/9"],
        rewrites(text(TilePath.parse), lambda path: str(path).encode()),
        (b"x", b"/", b".p/", b"0", b"00", b"999", b"\n"),
    ),
    Target("entry_bundle", bundles, rewrites(unpack_bundle, pack_bundle), (b"\x00", b"\xff\xff", b"\x00\x00" * 300)),
    Target("revocation", revocations, check_revocation, (*LINES, *NUMBERS, *ODD, b64(bytes(33)).encode())),
    Target("fork", forks, rewrites(fork_and_check, Fork.encode), LINES + NUMBERS + ODD),
]  # fmt: skip
