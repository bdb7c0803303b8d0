"""What a witness cosigns: the checks of tlog-witness, in their order, and what each answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from evenhand.context import Context
from evenhand.ledger.checkpoint import TreeHead
from evenhand.ledger.errors import Contradiction, Malformed
from evenhand.ledger.notes import Note, SignatureLine, Signer, VerifierKey, verify_note
from evenhand.ledger.tree import EMPTY_ROOT, verify_consistency
from evenhand.witness.memory import Memory, Refused, nothing_cosigned
from evenhand.witness.request import Request, parse_request

PLAIN: Final = "text/plain; charset=utf-8"
SIZE_TYPE: Final = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, body, content type."""

    status: HTTPStatus
    body: bytes
    content_type: str = PLAIN


@dataclass(frozen=True, slots=True)
class Witness:
    """A cosigner with its memory and the log keys it knows. `log_keys` is asked anew for each request."""

    signer: Signer
    log_keys: Callable[[], Sequence[VerifierKey]]
    memory: Memory
    ctx: Context

    def add_checkpoint(self, body: bytes) -> Answer:
        """Return the cosignature of a checkpoint that continues the last one, or why there is none."""
        try:
            asked = parse_request(body)
        except Malformed as error:
            return _words(HTTPStatus.BAD_REQUEST, error.what)
        keys = [key for key in self.log_keys() if key.name == asked.head.origin]
        if not keys:
            return _words(HTTPStatus.NOT_FOUND, "this witness does not know that log")
        try:
            verify_note(asked.note, keys)
        except Contradiction as error:
            return _words(HTTPStatus.FORBIDDEN, error.what)
        if asked.old > asked.head.size:
            return _words(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
        return self._decide(asked, body)

    def _decide(self, asked: Request, body: bytes) -> Answer:
        """Compare with what was last cosigned and store, in one transaction: two requests never pass each other."""
        now = int(self.ctx.now().timestamp())
        with self.memory.deciding() as memory:
            last = memory.last(asked.head.origin)
            before = last.head if last else nothing_cosigned(asked.head.origin)
            if asked.old != before.size:
                return Answer(HTTPStatus.CONFLICT, f"{before.size}\n".encode(), SIZE_TYPE)
            try:
                _check_continues(before, asked)
            except Contradiction as error:
                memory.keep_refused(Refused(asked.head.origin, error.what, body, now))
                return _words(HTTPStatus.UNPROCESSABLE_ENTITY, error.what)
            line = self.signer.sign(asked.note.text, now)
            cosigned = Note(asked.note.text, (*_by_the_log(asked.note, self.log_keys()), line))
            memory.keep(asked.head, cosigned.encode(), now)
        return Answer(HTTPStatus.OK, f"{line}\n".encode())

    def last_checkpoint(self, digest: str) -> Answer:
        """Return the last cosigned note of the log whose origin has this SHA-256 (hex)."""
        for origin in sorted({key.name for key in self.log_keys()}):
            last = self.memory.last(origin) if origin_digest(origin) == digest else None
            if last is not None:
                return Answer(HTTPStatus.OK, last.note)
        return _words(HTTPStatus.NOT_FOUND, "nothing was cosigned of such a log")


def origin_digest(origin: str) -> str:
    """Return how a log is named in a path: the hex SHA-256 of its origin."""
    return sha256(origin.encode()).hexdigest()


def _check_continues(before: TreeHead, asked: Request) -> None:
    """Return if the asked tree continues the one before; else raise Contradiction."""
    head = asked.head
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise Malformed("an empty tree has another root")
    if asked.old == 0:
        if asked.proof:
            raise Malformed("a first checkpoint needs no proof")
        return
    verify_consistency(before.size, head.size, before.root, head.root, asked.proof)


def _by_the_log(note: Note, keys: Sequence[VerifierKey]) -> list[SignatureLine]:
    """Return the lines of a note that the log's known keys made; other people's lines are not handed on."""
    known = {(key.name, key.key_id) for key in keys}
    return [line for line in note.signatures if (line.name, line.key_id) in known]


def _words(status: HTTPStatus, words: str) -> Answer:
    return Answer(status, f"{words}\n".encode())
