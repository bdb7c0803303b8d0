"""Reader of chats exported as text by WhatsApp, and by Signal in the same form."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.posts.lines import BOM
from evenhand.posts.part_reader import PartReader
from evenhand.posts.parts import Part
from evenhand.posts.reader import Direction, Head, Report, Sign
from evenhand.posts.record import Row
from evenhand.posts.whatsapp.chat import Chat
from evenhand.posts.whatsapp.grammar import header_of

_LOOKED_AT = 50


class WhatsApp(PartReader):
    """A chat as text: the names are the labels of the exporter's address book, the times those of their phone."""

    source_format = "whatsapp/1"
    direction = Direction.BOTH
    platform = "whatsapp"
    provenance = "user_statement"
    kinds = (".txt",)
    note = (
        "Names are what the exporter's address book says; there are no ids, no replies and no zone. "
        "Whoever edits the text can make a line look like a message: a perfect imitation cannot be told apart."
    )

    def sniff(self, head: Head) -> Sign | None:
        """Return a sign if most of the first lines begin as messages do."""
        starts = {"": head.start} if not head.members else head.member_starts
        best = 0.0
        for path, start in starts.items():
            if not path or path.lower().endswith(self.kinds):
                best = max(best, _share(start, whole=head.is_whole and not path))
        return Sign(self.source_format, 0.6 + 0.35 * best, ("lines that begin with date and time",)) if best else None

    def rows_of(self, part: Part, report: Report) -> Iterator[Row]:
        """Yield a row per message; lines without a name are rows of the system."""
        return Chat(part, self.base(part), report).rows()


def _share(start: bytes, *, whole: bool) -> float:
    """Return which part of the first lines are headers; 0 if it is under a third or a line is no text."""
    lines = start.removeprefix(BOM).split(b"\n")[: _LOOKED_AT + 1]
    lines = [line for line in (lines if whole else lines[:-1] or lines) if line.strip()][:_LOOKED_AT]
    if not lines or b"\0" in start[:4096]:
        return 0.0
    known = sum(header_of(line.decode("utf-8", "replace")) is not None for line in lines)
    return known / len(lines) if known * 3 >= len(lines) else 0.0
