"""What a mapping file for a whole format says, checked line by line.

    format = "yt_dlp/1"          # name and version
    platform = "youtube"
    direction = "both"           # owner_outgoing, incoming or both
    records = "comments"         # where the records are: "" for a table, a list or lines

    [signs]
    all = ["id", "text"]         # columns or keys that are all there; NAME@ also fits NAME@anything
    any = ["cid"]                # and at least one of these, if any are named
    document = ["extractor_key"] # keys of the document that holds the list

    [columns]                    # field = path, or several, the first that says something counts
    id = "id"
    text = ["text", "message.body"]   # a dot leads into an object
    thread_root = "^.id"              # ^. leads to what stands beside the list
    reply_to = { path = "parent", none = ["root"], before = "." }

docs/how-to/add-a-platform-reader.md explains every key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from evenhand.errors import UsageError
from evenhand.posts.reader import Direction
from evenhand.posts.rows.columns import PLAIN
from evenhand.posts.rows.mapping import parsed
from evenhand.posts.times import zone_of

FIELDS: Final = (
    *PLAIN,
    *("observed_at", "edited_at", "thread_root", "replies", "quotes", "views", "attachments", "target_unresolved"),
)
"""What a mapping may fill: the plain columns and what else a source may say."""

_KEYS: Final = {
    *("format", "platform", "direction", "records", "record_kind", "provenance", "author_basis", "visibility"),
    *("needs_basis", "entities", "note", "zone", "estimated_times", "rounded_counts"),
    *("signs", "columns", "side", "scores"),
}
_KINDS: Final = ("post", "comment", "message", "reaction", "report", "system")
_PROVENANCE: Final = ("platform_api", "owner_export", "third_party_collection", "user_statement")
_BASES: Final = ("platform_id", "handle_only", "display_name_only", "claimed", "hidden", "none")


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the value of a field comes from, and what of it does not count."""

    paths: tuple[str, ...]
    none: tuple[str, ...] = ()  # values that say "there is none"
    before: str = ""  # only what stands before the last such mark; without it there is none


@dataclass(frozen=True, slots=True)
class Shape:
    """One format as a mapping file describes it."""

    format: str
    platform: str
    direction: Direction
    columns: dict[str, Rule]
    signs_all: tuple[str, ...]
    signs_any: tuple[str, ...] = ()
    signs_document: tuple[str, ...] = ()
    records: str = ""
    record_kind: str = "post"
    provenance: str = "third_party_collection"
    author_basis: str = "claimed"
    visibility: str = "unknown"
    needs_basis: bool = False
    entities: bool = False  # the platform writes < > & as &lt; &gt; &amp;
    zone: str | None = None  # of times without one, as the platform documents it
    estimated_times: bool = False
    rounded_counts: bool = False
    note: str = ""  # what this format cannot show
    side: dict[str, str] = field(default_factory=dict)
    scores: tuple[str, ...] = ()
    text: str = field(default="", repr=False, compare=False)  # the mapping file itself


def read_shape(path: Path) -> Shape:
    """Return what a mapping file says; UsageError names the first line that is wrong."""
    return replace(_Checked(path, parsed(path)).shape(), text=path.read_text(encoding="utf-8"))


def is_shape(path: Path) -> bool:
    """Return whether a mapping file describes a whole format, not only the columns of one table."""
    return "format" in parsed(path)


def _wrong(path: Path, what: str, mend: str) -> UsageError:
    return UsageError(what, where=str(path), mend=mend)


class _Checked:
    """Takes values out of a parsed file, each checked, with words about what it should be."""

    def __init__(self, path: Path, said: dict[str, Any]) -> None:
        self._path = path
        self._said = said
        for name in said:
            if name not in _KEYS:
                raise self._no(f"'{name}' is no key of a mapping", f"Keys: {', '.join(sorted(_KEYS))}.")

    def shape(self) -> Shape:
        signs = self._table("signs")
        shape = Shape(
            format=self._format(),
            platform=self._text("platform", required=True),
            direction=Direction(self._one_of("direction", tuple(Direction), "both")),
            columns=self._columns(),
            signs_all=self._names(signs, "all"),
            signs_any=self._names(signs, "any"),
            signs_document=self._names(signs, "document"),
            records=self._text("records"),
            record_kind=self._one_of("record_kind", _KINDS, "post"),
            provenance=self._one_of("provenance", _PROVENANCE, "third_party_collection"),
            author_basis=self._one_of("author_basis", _BASES, "claimed"),
            visibility=self._one_of("visibility", ("public", "group", "direct", "unknown"), "unknown"),
            needs_basis=self._yes("needs_basis"),
            entities=self._yes("entities"),
            zone=self._zone(),
            estimated_times=self._yes("estimated_times"),
            rounded_counts=self._yes("rounded_counts"),
            note=self._text("note"),
            side=self._side(),
            scores=self._names(self._table("scores"), "columns"),
        )
        if not (shape.signs_all or shape.signs_any):
            raise self._no("it has no signs to know a file by", 'Write [signs] and all = ["…"].')
        return shape

    def _no(self, what: str, mend: str) -> UsageError:
        return _wrong(self._path, what, mend)

    def _text(self, name: str, *, required: bool = False) -> str:
        value = self._said.get(name, "")
        if not isinstance(value, str) or (required and not value):
            raise self._no(f"'{name}' must be a text", f'Write {name} = "…".')
        return value

    def _format(self) -> str:
        name = self._text("format", required=True)
        stem, _, version = name.partition("/")
        if not stem.replace("_", "").isalnum() or not version.isdecimal():
            raise self._no(f"'{name}' is no name of a format", 'Write a name and a version, like format = "my_tool/1".')
        return name

    def _one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._said.get(name, default)
        if value not in allowed:
            raise self._no(f"{name} = {value!r} is not known", f"One of: {', '.join(allowed)}.")
        return str(value)

    def _yes(self, name: str) -> bool:
        value = self._said.get(name, False)
        if not isinstance(value, bool):
            raise self._no(f"'{name}' must be true or false", f"Write {name} = true.")
        return value

    def _zone(self) -> str | None:
        zone = self._text("zone")
        if zone:
            zone_of(zone)
        return zone or None

    def _table(self, name: str) -> dict[str, Any]:
        value = self._said.get(name, {})
        if not isinstance(value, dict):
            raise self._no(f"'{name}' must be a table", f"Write [{name}] on a line of its own.")
        return value

    def _names(self, table: dict[str, Any], name: str) -> tuple[str, ...]:
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self._no(f"'{name}' must be a list of names", f'Write {name} = ["…", "…"].')
        return tuple(value)

    def _side(self) -> dict[str, str]:
        table = self._table("side")
        if not all(isinstance(value, str) for value in table.values()):
            raise self._no("[side] has a value that is no text", 'Write name = "path", or name = "=words".')
        return dict(table)

    def _columns(self) -> dict[str, Rule]:
        found = {}
        for name, value in self._table("columns").items():
            if name not in FIELDS:
                raise self._no(f"'{name}' is no field", f"Fields: {', '.join(FIELDS)}.")
            found[name] = self._rule(name, value)
        if not found:
            raise self._no("it has no table [columns]", 'Write [columns] and lines like text = "message".')
        return found

    def _rule(self, name: str, value: Any) -> Rule:
        table = value if isinstance(value, dict) else {"path": value}
        if table.keys() - {"path", "none", "before"} or not isinstance(table.get("before", ""), str):
            raise self._no(f"the line of '{name}' has a key that is not known", "Keys: path, none, before.")
        path = table.get("path")
        paths: list[Any] = path if isinstance(path, list) else [path]
        if not paths or not all(isinstance(item, str) and item for item in paths):
            raise self._no(f"the line of '{name}' names no path", f'Write {name} = "column".')
        return Rule(tuple(paths), self._names(table, "none"), table.get("before", ""))
