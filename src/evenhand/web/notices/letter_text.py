"""The plain text a letter is written in, merged with its fields into blocks. No HTML comes in, so none can go wrong.

    # Title                     exactly one, the first thing
    === letter                  what stands before it is the front sheet, a page of its own
    ## Heading                  left out if nothing follows it
    A paragraph with {field}.   a paragraph that is only {field} becomes one paragraph per value
    - an item, or - {field}     the same for lists
    Label :: {field}            consecutive lines are one group of facts, repeated for each value
    ?Label :: {field}           the same, hidden on the screen until asked for
    ? Show the words            a summary; the lines below it are hidden on the screen until asked for
    % a comment

Fields with many values stand joined by commas inside a sentence. A paragraph, item or fact whose optional field is
empty is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.errors import UsageError

Values = Mapping[str, tuple[str, ...]]

FIELD: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
FRONT_ENDS: Final = "=== letter"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the second level."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; line breaks in the text stand for themselves."""

    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """A group of facts: (what, value, hidden on the screen until asked for)."""

    rows: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Veil:
    """Text that the screen hides until asked for; paper shows it."""

    summary: str
    texts: tuple[str, ...]


Block = Heading | Paragraph | Items | Facts | Veil


@dataclass(frozen=True, slots=True)
class Text:
    """A letter's own text: its title, its front sheet (empty if it has none), the letter."""

    title: str
    front: tuple[Block, ...]
    body: tuple[Block, ...]


def fields_in(source: str) -> frozenset[str]:
    """Return the names of the fields that a text mentions."""
    return frozenset(FIELD.findall(_without_comments(source)))


def merge(source: str, values: Values) -> Text:
    """Return the text with every field in its place; UsageError if the source is not as described above.

    `values`: every field the source names; an empty tuple leaves out what depends on it. Pure; cost linear.
    """
    chunks = [chunk.strip("\n") for chunk in re.split(r"\n\s*\n", _without_comments(source)) if chunk.strip()]
    if not chunks or not chunks[0].startswith("# ") or "\n" in chunks[0]:
        raise UsageError("the text of a letter begins with one line '# Title'")
    front, body = _split(chunks[1:])
    title = _inline(chunks[0][2:], values)
    return Text(title, tuple(_tidied(_blocks(front, values))), tuple(_tidied(_blocks(body, values))))


def words_of(title: str, blocks: Iterable[Block]) -> str:
    """Return what a reader sees of a title and blocks, as one text."""
    return "\n".join([title, *(line for block in blocks for line in _lines_of(block))])


def _lines_of(block: Block) -> Sequence[str]:
    match block:
        case Heading(text) | Paragraph(text):
            return (text,)
        case Items(items):
            return items
        case Facts(rows):
            return tuple(f"{label}: {value}" for label, value, _ in rows)
        case Veil(summary, texts):
            return (summary, *texts)


def _without_comments(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.splitlines() if not line.startswith("%"))


def _split(chunks: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    if FRONT_ENDS not in chunks:
        return (), chunks
    place = chunks.index(FRONT_ENDS)
    return chunks[:place], chunks[place + 1 :]


def _blocks(chunks: Iterable[str], values: Values) -> Iterator[Block]:
    for chunk in chunks:
        yield from _blocks_of(chunk.split("\n"), values)


def _blocks_of(lines: list[str], values: Values) -> Iterator[Block]:
    if lines[0].startswith("# "):
        raise UsageError("a letter has one title", where=lines[0][:60])
    if lines[0].startswith("## "):
        yield Heading(_inline(lines[0][3:], values))
    elif lines[0].startswith("? "):
        texts = tuple(text for line in lines[1:] for text in _expanded(line, values))
        if texts:
            yield Veil(_inline(lines[0][2:], values), texts)
    elif all(line.startswith("- ") for line in lines):
        items = tuple(item for line in lines for item in _expanded(line[2:], values))
        if items:
            yield Items(items)
    elif all(" :: " in line for line in lines):
        yield from _facts([line.split(" :: ", 1) for line in lines], values)
    else:
        for text in _expanded(" ".join(lines), values):
            yield Paragraph(text)


def _facts(lines: Sequence[Sequence[str]], values: Values) -> Iterator[Facts]:
    """Return one group per value; fields of one group have as many values as each other, or one."""
    kept = [(label, line) for label, line in lines if not _depends_on_nothing(line, values)]
    counts = {len(values[name]) for _, line in kept for name in FIELD.findall(line)} - {1}
    if len(counts) > 1:
        labels = ", ".join(label for label, _ in kept)
        raise UsageError(f"these belong together and must have as many values as each other: {labels}")
    for place in range(counts.pop() if counts else 1):
        one = {name: found if len(found) < 2 else found[place : place + 1] for name, found in values.items()}
        if kept:
            yield Facts(tuple(_fact(label, line, one) for label, line in kept))


def _fact(label: str, line: str, values: Values) -> tuple[str, str, bool]:
    return _inline(label.removeprefix("?"), values), _inline(line, values), label.startswith("?")


def _depends_on_nothing(text: str, values: Values) -> bool:
    return any(not values[name] for name in _known(text, values))


def _expanded(text: str, values: Values) -> tuple[str, ...]:
    """Return the text once, or once per value where it is nothing but a field; nothing where a field is empty."""
    if alone := FIELD.fullmatch(text.strip()):
        _known(text, values)
        return values[alone.group(1)]
    return () if _depends_on_nothing(text, values) else (_inline(text, values),)


def _inline(text: str, values: Values) -> str:
    _known(text, values)
    return FIELD.sub(lambda found: ", ".join(values[found.group(1)]), text).strip()


def _known(text: str, values: Values) -> list[str]:
    names = FIELD.findall(text)
    for name in names:
        if name not in values:
            raise UsageError(f"the text of a letter names a field it does not have: {name}")
    return names


def _tidied(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks without headings that nothing follows."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading) and kept and isinstance(kept[-1], Heading):
            kept.pop()
        kept.append(block)
    return kept[:-1] if kept and isinstance(kept[-1], Heading) else kept
