"""The log's side of the exchange: one retry on 409, unknown cosigners passed over, disagreement named."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import pytest
from tests.witness.conftest import SmallLog

from evenhand.ledger.errors import Reason
from evenhand.ledger.notes import KeyType, SignatureLine, Signer, parse_note, verify_line
from evenhand.witness import Answer, Disagreement, NoAnswer, Witness, ask_witness


class Line:
    """Carries requests to a witness and counts them."""

    def __init__(self, witness: Witness, change: Callable[[Answer], Answer] = lambda answer: answer) -> None:
        self.witness, self.change, self.urls = witness, change, list[str]()

    def __call__(self, url: str, body: bytes) -> Answer:
        self.urls.append(url)
        return self.change(self.witness.add_checkpoint(body))


def ask(log: SmallLog, line: Line, size: int, known: int = 0) -> SignatureLine:
    def prove(old: int) -> list[bytes]:
        return log.proof(old, size)

    now = int(line.witness.ctx.now().timestamp())
    return ask_witness("http://w/x/", line.witness.signer.verifier, log.note(size), known, prove, now, line)


def test_it_asks_once_where_it_knows_the_size_and_twice_where_not(log: SmallLog, witness: Witness) -> None:
    line = Line(witness)
    for size, known, requests in ((7, 0, 1), (9, 7, 2), (20, 0, 4), (20, 20, 5)):
        cosigned = ask(log, line, size, known)
        verify_line(witness.signer.verifier, cosigned, parse_note(log.note(size)).text)
        assert len(line.urls) == requests
    assert set(line.urls) == {"http://w/x/add-checkpoint"}


def test_a_larger_tree_at_the_witness_is_a_rollback(log: SmallLog, witness: Witness) -> None:
    ask(log, Line(witness), 20)
    with pytest.raises(Disagreement) as refusal:
        ask(log, Line(witness), 9, known=9)
    assert refusal.value.reason is Reason.ROLLBACK_DETECTED


def test_another_tree_at_the_witness_is_a_fork(log: SmallLog, witness: Witness) -> None:
    ask(log, Line(witness), 20)
    other = SmallLog(witness.ctx, 30)
    other.signer = log.signer
    for known in (0, 20):
        with pytest.raises(Disagreement) as refusal:
            ask(other, Line(witness), 25, known)
        assert refusal.value.reason is Reason.FORK_DETECTED


def test_other_cosigners_in_the_answer_are_passed_over(log: SmallLog, witness: Witness) -> None:
    other = Signer.generate("other.example", witness.ctx, KeyType.COSIGNER)
    extra = f"{other.sign(parse_note(log.note(7)).text, 5)}\n".encode()
    cosigned = ask(log, Line(witness, lambda answer: Answer(answer.status, extra + answer.body)), 7)
    assert cosigned.name == witness.signer.name
    with pytest.raises(NoAnswer, match="no signature by the key"):
        ask(log, Line(witness, lambda _: Answer(HTTPStatus.OK, extra)), 7, known=7)


@pytest.mark.parametrize("body", [b"", b"nonsense\n", b"\xff\n", "— witness.example/1 AAAA\n".encode(), b"409\n9\n"])
def test_an_answer_that_is_no_cosignature(log: SmallLog, witness: Witness, body: bytes) -> None:
    with pytest.raises(NoAnswer):
        ask(log, Line(witness, lambda _: Answer(HTTPStatus.OK, body)), 7)


def test_a_signature_over_something_else_or_from_the_future_is_refused(log: SmallLog, witness: Witness) -> None:
    now = int(witness.ctx.now().timestamp())
    for size, time in ((8, now), (7, now + 301)):
        line = f"{witness.signer.sign(parse_note(log.note(size)).text, time)}\n".encode()
        with pytest.raises(NoAnswer):
            ask(log, Line(witness, lambda _, line=line: Answer(HTTPStatus.OK, line)), 7)


@pytest.mark.parametrize("status", [301, 400, 403, 404, 500, 503])
def test_other_answers_are_no_answer(log: SmallLog, witness: Witness, status: int) -> None:
    with pytest.raises(NoAnswer, match=str(status)):
        ask(log, Line(witness, lambda _: Answer(HTTPStatus(status), b"")), 7)


@pytest.mark.parametrize("body", [b"", b"9", b"09\n", b"x\n", b"99999999999999999999\n"])
def test_a_409_without_a_size_is_no_answer(log: SmallLog, witness: Witness, body: bytes) -> None:
    line = Line(witness, lambda _: Answer(HTTPStatus.CONFLICT, body))
    with pytest.raises(NoAnswer, match="which size"):
        ask(log, line, 7)
    assert len(line.urls) == 1


def test_it_retries_once_and_no_more(log: SmallLog, witness: Witness) -> None:
    line = Line(witness, lambda _: Answer(HTTPStatus.CONFLICT, b"3\n"))
    with pytest.raises(NoAnswer, match="409"):
        ask(log, line, 7)
    assert len(line.urls) == 2
