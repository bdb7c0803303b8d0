"""The log's side: ask one witness to cosign a checkpoint. Only the checkpoint and a consistency proof go out."""

from __future__ import annotations

import http.client
import io
import re
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from evenhand.errors import Unverifiable
from evenhand.ledger.checkpoint import CLOCK_TOLERANCE, MAX_SIZE, parse_tree_head
from evenhand.ledger.errors import Contradiction, Malformed, Reason
from evenhand.ledger.notes import SignatureLine, VerifierKey, parse_note, verify_line
from evenhand.witness.request import write_request
from evenhand.witness.rules import Answer

SECONDS: Final = 10.0
_MOST: Final = 64 * 1024
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n", re.ASCII)

Prove = Callable[[int], Sequence[bytes]]
Post = Callable[[str, bytes], Answer]


class NoAnswer(Unverifiable):
    """The witness could not be asked, or did not answer as a witness does; ask again later."""


class Disagreement(Contradiction):
    """The witness has cosigned a tree that ours does not continue: somebody was shown another log."""


def ask_witness(  # noqa: PLR0917 one question, all of it named by the caller
    url: str, key: VerifierKey, note: bytes, known: int, prove: Prove, now: int, post: Post | None = None
) -> SignatureLine:
    """Return the cosignature line of the witness `key` at `url` over a signed checkpoint of ours.

    `known`: the size it cosigned last, as far as we know; `prove(size)`: the proof from there; `now`: POSIX seconds.
    Told of another size (409) it asks once more. Raises NoAnswer, or Disagreement (it knows a larger tree:
    `rollback_detected`; ours does not continue the one it knows: `fork_detected`). Two requests of 10 s at most.
    """
    send, parsed = post or post_plainly, parse_note(note)
    size = parse_tree_head(parsed.text).size
    answer = send(f"{url.rstrip('/')}/add-checkpoint", _body(known, size, prove, note))
    if answer.status == HTTPStatus.CONFLICT:
        told = _told(answer, size)
        answer = send(f"{url.rstrip('/')}/add-checkpoint", _body(told, size, prove, note))
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise Disagreement(Reason.FORK_DETECTED, "our log does not continue the tree that this witness cosigned")
    if answer.status != HTTPStatus.OK:
        raise NoAnswer(f"the witness answered {int(answer.status)}")
    return _cosignature(answer.body, key, parsed.text, now)


def _body(known: int, size: int, prove: Prove, note: bytes) -> bytes:
    proof = prove(known) if 0 < known < size else ()
    return write_request(known, proof, note)


def _told(answer: Answer, size: int) -> int:
    found = _SIZE.fullmatch(answer.body)
    if found is None or int(found[1]) > MAX_SIZE:
        raise NoAnswer("the witness did not say which size it knows")
    if int(found[1]) > size:
        words = f"this witness has cosigned {int(found[1])} leaves of our log, which holds {size} signed ones"
        raise Disagreement(Reason.ROLLBACK_DETECTED, words)
    return int(found[1])


def _cosignature(body: bytes, key: VerifierKey, text: str, now: int) -> SignatureLine:
    """Return the line by `key`; lines of cosigners we do not know are passed over."""
    try:
        lines = [SignatureLine.parse(line) for line in body.decode("utf-8").splitlines()]
        found = next((line for line in lines if (line.name, line.key_id) == (key.name, key.key_id)), None)
        if found is None:
            raise NoAnswer("the answer holds no signature by the key of this witness")
        verify_line(key, found, text)
    except (UnicodeDecodeError, Malformed):
        raise NoAnswer("the answer is no cosignature") from None
    except Contradiction:
        raise NoAnswer("the signature in the answer does not verify") from None
    if found.time > now + CLOCK_TOLERANCE:
        raise NoAnswer("the cosignature is dated in the future")
    return found


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A witness is asked where it was named and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follow nothing."""


class _Until(io.RawIOBase):
    """What a socket gives until a moment: a time-out alone counts anew for every byte that drips in."""

    def __init__(self, socket: Any, until: float) -> None:
        self._file, self._socket, self._until = socket.makefile("rb", buffering=0), socket, until

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, waiting no longer than until the moment; TimeoutError afterwards."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not whole in time")
        self._socket.settimeout(left)
        count: int | None = self._file.readinto(buffer)
        return count

    def close(self) -> None:
        """Close the socket's file as well."""
        self._file.close()
        super().close()


class _Response(http.client.HTTPResponse):
    """An answer of which every line, its head too, has to be there in time."""

    def __init__(self, sock: Any, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self.fp = io.BufferedReader(_Until(sock, time.monotonic() + SECONDS))


class _Plain(http.client.HTTPConnection):
    response_class = _Response


class _Secure(http.client.HTTPSConnection):
    response_class = _Response


class _InTime(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Speaks HTTP, over TLS or not, with answers that are read until a moment and not for ever."""

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Send a request."""
        return self.do_open(_Plain, req)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        """Send a request over TLS."""
        return self.do_open(_Secure, req, context=ssl.create_default_context())


def post_plainly(url: str, body: bytes) -> Answer:
    """Send a body and return the answer, whatever its status; raises NoAnswer where none is whole in 10 seconds.

    The time is for everything together: finding the address, connecting, each line. What is still under way then
    goes on in its thread for as long again at most, and is not heard.
    """
    found: list[Answer | NoAnswer] = []
    asking = threading.Thread(target=lambda: found.append(_answer(url, body)), daemon=True)
    asking.start()
    asking.join(SECONDS)
    if not found:
        raise NoAnswer("the witness cannot be reached (TimeoutError)")
    if isinstance(found[0], NoAnswer):
        raise found[0]
    return found[0]


def _answer(url: str, body: bytes) -> Answer | NoAnswer:
    """Return the answer, or that there was none: what a stranger sends may not even be HTTP."""
    try:
        return _sent(url, body)
    except OSError as error:
        return NoAnswer(f"the witness cannot be reached ({type(error).__name__})")
    except Exception as error:  # noqa: BLE001 the edge to a stranger: nothing that it sends may stop us
        return NoAnswer(f"the witness does not answer as a witness does ({type(error).__name__})")


def _sent(url: str, body: bytes) -> Answer:
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain"}, method="POST")  # noqa: S310 its scheme was checked when it was named
    try:
        with urllib.request.build_opener(_NoRedirects, _InTime).open(request, timeout=SECONDS) as reply:
            return Answer(HTTPStatus(reply.status), reply.read(_MOST))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(HTTPStatus(error.code), error.read(_MOST))
