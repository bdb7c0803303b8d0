"""A mailbox by IMAP (RFC 3501), read only: nothing in it is marked, moved or deleted.

Of each new mail the header is asked for first. Only a mail that was sent to a declared address is fetched; of all
others not even the text travels. What is fetched is kept byte for byte, so that its signature can be checked.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from evenhand.live.adapter import Arrived, Kind, Polled, Unreachable
from evenhand.live.envelope import envelope_of
from evenhand.live.fetching import LOCAL
from evenhand.live.folder import MAIL_BYTES

SECONDS: Final = 30.0
AT_ONCE: Final = 50
"""So many mails are looked at in one poll."""
ENCRYPTED: Final = 993
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d+)")
_UID: Final = re.compile(rb"UID (\d+)")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One folder of one mailbox. `wanted`: the addresses (folded) mail to which may be fetched.

    Encrypted always, but to a server on this very machine.
    """

    host: str
    user: str
    password: str
    wanted: frozenset[str]
    port: int = ENCRYPTED
    folder: str = "INBOX"
    reads_as: str | None = None

    def poll(self, cursor: str) -> Polled:
        """Return the mails since the cursor (`uidvalidity:last uid`) that were sent to a wanted address.

        The first time nothing is read but where the mailbox ends: what lay there before stays there. Where the
        server has numbered its mails anew, all of them are looked at again.
        """
        with self._open() as box:
            validity = _number(box, "UIDVALIDITY")
            if not cursor:
                return Polled((), f"{validity}:{_number(box, 'UIDNEXT') - 1}")
            known, _, last = cursor.partition(":")
            return self._since(box, validity, int(last) if known == str(validity) else 0)

    def _since(self, box: imaplib.IMAP4, validity: int, last: int) -> Polled:
        # `n:*` names the last mail even where its number is below n.
        new = sorted(uid for uid in _uids(_asked(box, "SEARCH", "UID", f"{last + 1}:*")) if uid > last)
        looked = new[:AT_ONCE]
        if not looked:
            return Polled((), f"{validity}:{last}")
        heads = _heads(_asked(box, "FETCH", ",".join(map(str, looked)), "(UID RFC822.SIZE BODY.PEEK[HEADER])"))
        mine = [uid for uid in looked if uid in heads and envelope_of(heads[uid][1]).recipients & self.wanted]
        small = [uid for uid in mine if heads[uid][0] <= MAIL_BYTES]
        mails = [mail for uid in small for mail in _bodies(_asked(box, "FETCH", str(uid), "(UID BODY.PEEK[])"))]
        large = tuple(f"mail {uid}: larger than 25 MiB" for uid in mine if uid not in small)
        records = tuple(Arrived(mail, Kind.MAIL) for mail in mails)
        more = len(new) > len(looked)
        return Polled(records, f"{validity}:{looked[-1]}", len(looked) - len(mine), large, more)

    @contextmanager
    def _open(self) -> Iterator[imaplib.IMAP4]:
        try:
            box = self._connect()
            try:
                box.login(self.user, self.password)
                _ok(box.select(f'"{self.folder}"', readonly=True))
                yield box
            finally:
                with suppress(imaplib.IMAP4.error, OSError):
                    box.logout()
                with suppress(OSError):
                    box.shutdown()  # where the server hung up, logging out leaves the connection open
        except (imaplib.IMAP4.error, OSError, ValueError) as error:
            # The words of a server may repeat what we sent: only the kind of the error is kept.
            raise Unreachable(
                f"the mailbox did not answer as it should ({type(error).__name__})", where=self.host,
                mend="Check host, user, password file and folder.",
            ) from error  # fmt: skip

    def _connect(self) -> imaplib.IMAP4:
        if self.host in LOCAL and self.port != ENCRYPTED:
            return imaplib.IMAP4(self.host, self.port, timeout=SECONDS)
        return imaplib.IMAP4_SSL(self.host, self.port, ssl_context=ssl.create_default_context(), timeout=SECONDS)


def _asked(box: imaplib.IMAP4, command: str, *arguments: str) -> list[Any]:
    return _ok(box.uid(command, *arguments))


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(status)
    return data


def _number(box: imaplib.IMAP4, name: str) -> int:
    """Return a number that the server told when the folder was opened."""
    value = box.response(name)[1][0]
    if value is None:
        raise imaplib.IMAP4.error(f"no {name}")
    return int(value)


def _uids(data: list[Any]) -> list[int]:
    return [int(uid) for part in data if part for uid in part.split()]


def _heads(data: list[Any]) -> dict[int, tuple[int, bytes]]:
    """Return uid -> (size, header block)."""
    found = {}
    for part in data:
        if isinstance(part, tuple):
            uid, size = _UID.search(part[0]), _SIZE.search(part[0])
            if uid and size:
                found[int(uid[1])] = (int(size[1]), part[1])
    return found


def _bodies(data: list[Any]) -> list[bytes]:
    return [part[1] for part in data if isinstance(part, tuple)]
