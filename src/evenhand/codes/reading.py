"""A code of conduct from TOML. Reading never stops at the first fault: the whole list comes back.

The file is from outside and hostile until read: its text may hold no control characters (they would act on a
terminal), unknown keys are named because they are usually typing errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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
from evenhand.codes.toml_text import values_of
from evenhand.errors import UsageError


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
    faults: list[Fault] = []
    return _code(Table(values_of(source), "the code", faults)), faults


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
