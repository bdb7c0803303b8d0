"""Small servers on loopback that behave as the services document it; the contract tests hold them to that.

Each runs in a thread and tells what it was asked (`.asked`), so that a test can say what did not travel.
"""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@contextmanager
def served(handler: type[socketserver.BaseRequestHandler], fake: object) -> Iterator[int]:
    """Serve connections with a handler that finds its fake in `self.server.fake`; give the port."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.fake = fake  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Imap:
    """An IMAP4rev1 mailbox (RFC 3501): uid -> mail, in one folder. Knows what Mailbox asks, and refuses the rest."""

    mails: dict[int, bytes] = field(default_factory=dict)
    validity: int = 7
    password: str = "opensesame"
    asked: list[str] = field(default_factory=list)
    broken: bool = False  # hangs up in the middle of an answer

    @property
    def uid_next(self) -> int:
        return max(self.mails, default=0) + 1


class ImapHandler(socketserver.StreamRequestHandler):
    """One connection to an Imap."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.fake: Imap = self.server.fake  # type: ignore[attr-defined]
        self.say("* OK IMAP4rev1 here")
        for line in self.rfile:
            tag, _, command = line.decode().rstrip("\r\n").partition(" ")
            self.fake.asked.append(command)
            if self.fake.broken and "FETCH" in command:
                self.wfile.write(b"* 1 FETCH (UID 1 BODY[] {5000}\r\nhalf")
                return
            self.say(f"{tag} {self.answer(command)}")
            if command == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def answer(self, command: str) -> str:
        fake = self.fake
        if command.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("LOGIN "):
            return "OK in" if command.endswith(f'"{fake.password}"') else "NO [AUTHENTICATIONFAILED] no"
        elif command == 'EXAMINE "INBOX"':
            self.say(f"* {len(fake.mails)} EXISTS")
            self.say(f"* OK [UIDVALIDITY {fake.validity}] valid")
            self.say(f"* OK [UIDNEXT {fake.uid_next}] next")
            return "OK [READ-ONLY] done"
        elif found := re.fullmatch(r"UID SEARCH UID (\d+):\*", command):
            first = min(int(found[1]), max(fake.mails, default=0))  # RFC 3501 §6.4.8: * is always the last one
            self.say("* SEARCH " + " ".join(str(uid) for uid in sorted(fake.mails) if uid >= first))
        elif found := re.fullmatch(r"UID FETCH ([\d,]+) \(UID RFC822\.SIZE BODY\.PEEK\[HEADER\]\)", command):
            for uid in map(int, found[1].split(",")):
                mail = fake.mails[uid]
                head = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
                self.literal(f"UID {uid} RFC822.SIZE {len(mail)} BODY[HEADER]", head)
        elif found := re.fullmatch(r"UID FETCH (\d+) \(UID BODY\.PEEK\[\]\)", command):
            self.literal(f"UID {found[1]} BODY[]", fake.mails[int(found[1])])
        elif command == "LOGOUT":
            self.say("* BYE")
        else:
            return "BAD what?"
        return "OK done"

    def literal(self, words: str, data: bytes) -> None:
        self.wfile.write(f"* 1 FETCH ({words} {{{len(data)}}}\r\n".encode() + data + b")\r\n")
