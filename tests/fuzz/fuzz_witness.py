"""Both ends of the witness protocol: the request a stranger may post, and the answer of whoever was asked."""

from __future__ import annotations

from functools import cache
from http import HTTPStatus
from pathlib import Path
from tempfile import mkdtemp

from tests.fuzz.fuzz_ledger import LINES, NUMBERS, ODD, both, cosigned, ctx, note, signers, store
from tests.fuzz.fuzzing import Target, rewrites, takes

from evenhand.ledger.errors import Malformed
from evenhand.ledger.proofs import consistency_proof
from evenhand.witness.asking import Disagreement, NoAnswer, ask_witness
from evenhand.witness.memory import Memory
from evenhand.witness.request import Request, parse_request, write_request
from evenhand.witness.rules import Answer, Witness

ANSWERS = {
    HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}  # fmt: skip


def requests() -> list[bytes]:
    way = [write_request(old, consistency_proof(store(), old, 300), note(300)) for old in (1, 200, 299)]
    return [write_request(0, [], note(1)), write_request(0, [], cosigned(300)), *way]


def rewritten(request: Request) -> bytes:
    return write_request(request.old, request.proof, request.note.encode())


@cache
def witness() -> Witness:
    memory = Memory(Path(mkdtemp(prefix="fuzz-")) / "memory.sqlite3")
    memory.create()
    return Witness(signers()[3], lambda: [signers()[0].verifier], memory, ctx())


def answers(body: bytes) -> bool:
    """Whatever is posted, there is an answer of the protocol; what it cosigned never shrinks."""
    before = witness().memory.last(signers()[0].name)
    answer = witness().add_checkpoint(body)
    after = witness().memory.last(signers()[0].name)
    assert answer.status in ANSWERS and answer.body.endswith(b"\n")
    assert before is None or (after is not None and after.head.size >= before.head.size)
    return takes(parse_request, body) is not None


def replies() -> list[bytes]:
    status = b"\x00\xc8"  # 200, in two bytes
    return [status + cosigned(300).rpartition(b"\n\n")[2].partition(b"\n")[2], b"\x01\x99" + b"7\n"]


def asks(data: bytes) -> bool:
    """Whatever a witness answers, its line is taken or there is one of the two declared errors."""
    codes = {int(status): status for status in HTTPStatus}
    status = codes.get(int.from_bytes(data[:2], "big"), HTTPStatus.OK)
    try:
        line = ask_witness(
            "https://x", signers()[3].verifier, note(300), 0,
            lambda old: consistency_proof(store(), old, 300), 1_800_000_000,
            lambda _url, _body: Answer(status, data[2:]),
        )  # fmt: skip
    except (NoAnswer, Disagreement, Malformed):
        return status == HTTPStatus.CONFLICT
    assert str(line).encode() in data
    return True


TARGETS = [
    Target(
        "witness_request", requests, both(rewrites(parse_request, rewritten), answers),
        (*LINES, *NUMBERS, *ODD, b"old 0", b"old 300\n"), slow=True,
    ),
    Target("witness_answer", replies, asks, LINES + NUMBERS + ODD),
]  # fmt: skip
