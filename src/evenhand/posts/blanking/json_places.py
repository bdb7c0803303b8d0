"""Where the values of JSON pointers stand in a document, byte by byte, without holding it.

A record is blanked to `{      }`: valid JSON of the same length at the same place, so that every index beside it and
every line after it stays what it was. Where other records stand inside one, its plain values are blanked around them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from evenhand.posts.blanking.edits import CannotBlank, Edit, Readable, Why

_READ: Final = 1 << 20
_LONGEST: Final = 64 << 20
_TOKEN: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+|"', re.DOTALL)
_KEPT_WORDS: Final = frozenset((b"null",))


@dataclass(slots=True)
class Node:
    """A value of a document: whether it goes, or stays inside one that goes, and what is asked for inside it."""

    inner: dict[str, Node] = field(default_factory=dict)
    goes: bool = False
    stays: bool = False

    def at(self, pointer: str) -> Node:
        """Return the node of a pointer below this one; made where there was none."""
        node = self
        for name in pointer.split("/")[1:] if pointer else ():
            node = node.inner.setdefault(name.replace("~1", "/").replace("~0", "~"), Node())
        return node

    def holds_others(self) -> bool:
        """Return whether something inside must stay."""
        return any(node.stays or node.holds_others() for node in self.inner.values())

    def asked(self) -> int:
        """Return how many values go."""
        return self.goes + sum(node.asked() for node in self.inner.values())


def tree(gone: Iterable[str], kept: Iterable[str]) -> Node:
    """Return the pointers of one document as a tree."""
    root = Node()
    for pointer in gone:
        root.at(pointer).goes = True
    for pointer in kept:
        root.at(pointer).stays = True
    return root


def edits_in(stream: Readable, root: Node, *, start: int = 0, names_stay: bool = False) -> list[Edit]:
    """Return what blanks the values that go; `start` is added to each place. Raises CannotBlank if one is not there.

    With `names_stay` the names in a record stay and each of its plain values goes: for readers that tell by the names
    of one record what the others are.
    """
    walk = _Walk(root, start, names_stay)
    walk.follow(_tokens(stream))
    if walk.found < root.asked():
        raise CannotBlank(Why.SHAPE)
    return walk.edits


def _tokens(stream: Readable) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, token) of a JSON text; what is no JSON comes as tokens all the same."""
    held, base = b"", 0
    while True:
        chunk = stream.read(_READ)
        held += chunk
        done = 0
        for match in _TOKEN.finditer(held):
            token = match[0]
            if token == b'"' or (chunk and match.end() == len(held)):
                break  # a string that goes on, or a token that may
            yield base + match.start(), base + match.end(), token
            done = match.end()
        if not chunk:
            return
        held, base = held[done:], base + done
        if len(held) > _LONGEST:
            raise CannotBlank(Why.SHAPE)


class _Frame(NamedTuple):
    """An open object or list: what is asked for in it, and whether its plain values go."""

    node: Node | None
    goes: bool
    is_map: bool


class _Walk:
    """Follows the tokens of a document and notes what to blank."""

    def __init__(self, root: Node, start: int, names_stay: bool) -> None:
        self._root = root
        self._names_stay = names_stay
        self._start = start
        self._open: list[_Frame] = []
        self._at: list[str | int] = []  # the key or place in each open object or list
        self._key_next = False
        self._whole = 0  # how deep inside a value that goes whole
        self._whole_from = 0
        self._begun = False
        self.edits: list[Edit] = []
        self.found = 0

    def follow(self, tokens: Iterator[tuple[int, int, bytes]]) -> None:
        """Go through all tokens."""
        for start, end, token in tokens:
            letter = token[:1]
            if self._whole:
                self._through(end, letter)
            elif letter in (b"{", b"["):
                self._enter(start, letter == b"{")
            elif letter in (b"}", b"]"):
                self._leave()
            elif letter == b",":
                self._next()
            elif letter == b":":
                self._key_next = False
            elif self._key_next:
                self._key(token)
            else:
                self._plain(start, end, token)

    def _node(self) -> tuple[Node | None, bool]:
        """Return what is asked for of the value that begins here, and whether it goes."""
        if not self._open:
            if self._begun:
                return None, False
            node: Node | None = self._root
            goes = False
        else:
            frame = self._open[-1]
            node = frame.node.inner.get(str(self._at[-1])) if frame.node else None
            goes = frame.goes
        if node is not None:
            self.found += node.goes
            goes = not node.stays and (goes or node.goes)
        return node, goes

    def _enter(self, start: int, is_map: bool) -> None:
        node, goes = self._node()
        self._begun = True
        if goes and not self._names_stay and (node is None or not node.holds_others()):
            self._whole, self._whole_from = 1, start
            if node is not None:
                self.found += node.asked() - node.goes
            return
        self._open.append(_Frame(node, goes, is_map))
        self._at.append("" if is_map else 0)
        self._key_next = is_map

    def _through(self, end: int, letter: bytes) -> None:
        self._whole += (letter in (b"{", b"[")) - (letter in (b"}", b"]"))
        if not self._whole and end - self._whole_from > 2:
            self._note(self._whole_from + 1, end - 1)

    def _leave(self) -> None:
        if self._open:
            self._open.pop()
            self._at.pop()
        self._key_next = False

    def _next(self) -> None:
        if self._open:
            self._key_next = self._open[-1].is_map
            at = self._at[-1]
            if isinstance(at, int):
                self._at[-1] = at + 1

    def _key(self, token: bytes) -> None:
        node = self._open[-1].node
        # Where nothing below is asked for, the name does not matter.
        self._at[-1] = _text(token) if node is not None and node.inner else ""

    def _plain(self, start: int, end: int, token: bytes) -> None:
        if not self._open:
            return  # `window.YTD.tweets.part0 =` before a document, `;` after it
        _, goes = self._node()
        if goes and token not in _KEPT_WORDS:
            self._note(start, end, b'""' if token[:1] == b'"' else b"0")

    def _note(self, start: int, end: int, head: bytes = b"") -> None:
        self.edits.append(Edit(self._start + start, self._start + end, head))


def _text(token: bytes) -> str:
    try:
        return str(json.loads(token))
    except ValueError:
        return ""


def pointers(locators: Collection[str]) -> list[str]:
    """Return the pointers of locators `jp:/a/0`; of `jp:`, the document itself, an empty one."""
    return [locator.removeprefix("jp:") for locator in locators]
