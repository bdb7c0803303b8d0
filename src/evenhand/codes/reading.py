"""A code of conduct from TOML. Reading never stops at the first fault: the whole list comes back.

The file is from outside and hostile until read: its size is bounded, its text may hold no control
characters (they would act on a terminal), unknown keys are named because they are usually typing errors.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evenhand.categories import Category
from evenhand.codes.model import (
    ActType,
    Clause,
    CodeOfConduct,
    Definition,
    Example,
    Fault,
    Rung,
    Version,
)
from evenhand.codes.table import Table
from evenhand.errors import UsageError

MAX_BYTES: Final = 1 << 20


def load(source: Path | str) -> CodeOfConduct:
    """Return the code in a TOML file (a Path) or in TOML text (a str).

    Raises UsageError if it cannot be read, or if a needed value is missing or of the wrong kind; `lint`
    lists all such faults, and those of meaning, which `load` does not look for. Cost: linear in the file.
    """
    code, faults = read(source)
    if faults:
        others = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        first = faults[0]
        raise UsageError(
            f"{first.what}{others}", where=first.where, mend=f"{first.mend} `evenhand code lint` lists every fault."
        )
    return code


def read(source: Path | str) -> tuple[CodeOfConduct, list[Fault]]:
    """Return what could be read, with blanks for what could not, and the faults of form in file order."""
    name, text = _text_of(source)
    faults: list[Fault] = []
    return _code(Table(_parse(name, text), "the code", faults)), faults


def _text_of(source: Path | str) -> tuple[str, str]:
    if isinstance(source, str):
        return "the text", _bounded("the text", source.encode("utf-8", "surrogatepass"))
    name = str(source)
    try:
        with source.open("rb") as file:
            return name, _bounded(name, file.read(MAX_BYTES + 1))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot be read: {reason}.", where=name, mend="Name a TOML file you may read.") from None
    except ValueError:
        raise UsageError("is not a file name.", where=repr(name), mend="Name a TOML file.") from None


def _bounded(name: str, raw: bytes) -> str:
    if len(raw) > MAX_BYTES:
        raise UsageError("is larger than 1 MiB.", where=name, mend="A code of conduct is a short text file.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"is not UTF-8 text (byte {error.start}).", where=name, mend="Save it as UTF-8 and try again."
        ) from None


def _parse(name: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        reason = str(error).rstrip(".")
        raise UsageError(f"is not TOML: {reason}.", where=name, mend="Correct that place and try again.") from None
    except RecursionError:
        raise UsageError("is not TOML we read: nested too deeply.", where=name, mend="Flatten it.") from None


def _code(table: Table) -> CodeOfConduct:
    versions = tuple(_version(each) for each in table.tables("version", called="number", needed=True))
    code = CodeOfConduct(
        slug=table.text("slug"),
        title=table.text("title"),
        organisation=table.text("organisation", default=""),
        language=table.text("language", default="en"),
        versions=versions,
    )
    table.nothing_else()
    return code


def _version(table: Table) -> Version:
    version = Version(
        number=table.text("number"),
        published=table.day("published"),
        start=table.day("from"),
        end=table.optional_day("until"),
        clauses=tuple(_clause(each) for each in table.tables("clause", called="number", needed=True)),
        definitions=tuple(_definition(each) for each in table.tables("definition", called="term")),
        examples=tuple(_example(each) for each in table.tables("example", called="number")),
        categories=_categories(table.table("categories")),
        note=table.text("note", default=""),
        pinned=table.text("digest", default=""),
    )
    table.nothing_else()
    return version


def _clause(table: Table) -> Clause:
    clause = Clause(
        number=table.text("number"),
        title=table.text("title"),
        text=table.text("text"),
        acts=table.members("acts", ActType, "act type"),
        most=_most(table.table("most")),
        see=table.texts("see", default=()),
    )
    table.nothing_else()
    return clause


def _most(table: Table) -> Mapping[ActType, Rung]:
    most: dict[ActType, Rung] = {}
    for act in table.member_keys(ActType, "act type"):
        rung = table.member(act, Rung, "rung")
        if rung is not None:
            most[act] = rung
    return most


def _definition(table: Table) -> Definition:
    definition = Definition(table.text("term"), table.text("text"))
    table.nothing_else()
    return definition


def _example(table: Table) -> Example:
    example = Example(
        number=table.text("number"),
        term=table.text("of"),
        text=table.text("text"),
        adopted=table.decision("adopted"),
        since=table.day("since"),
    )
    table.nothing_else()
    return example


def _categories(table: Table) -> Mapping[Category, tuple[str, ...]]:
    return {name: table.texts(name) for name in table.member_keys(Category, "category")}
