"""Which version, which clauses, which examples on which day; and the codes that come with the package."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources

from evenhand.categories import Category
from evenhand.codes.model import Clause, CodeOfConduct, Definition, Example, Version
from evenhand.codes.reading import load
from evenhand.errors import UsageError


class NotInForce(UsageError):
    """No version of the code was in force on that day."""


@dataclass(frozen=True, slots=True)
class Pending:
    """What exists in the code but did not count on a day."""

    versions: tuple[Version, ...]
    definitions: tuple[tuple[Definition, date], ...]
    examples: tuple[tuple[Example, date | None], ...]


def in_force(code: CodeOfConduct, on: date) -> Version:
    """Return the version in force on that day; raise NotInForce if there was none."""
    for version in code.versions:
        if version.covers(on):
            return version
    first = min(code.versions, key=lambda version: version.start)
    raise NotInForce(
        f"no version was in force on {on.isoformat()}.",
        where=code.slug,
        mend=f"The first is version {first.number}, in force from {first.start.isoformat()}.",
    )


def clauses_for(code: CodeOfConduct, category: Category | str, *, on: date) -> tuple[Clause, ...]:
    """Return the clauses to which the version in force on that day maps the category; () if to none.

    Raises NotInForce if no version was in force, UsageError if there is no such category.
    """
    version = in_force(code, on)
    numbers = version.categories.get(_category(category), ())
    found = (version.clause(number) for number in numbers)
    return tuple(clause for clause in found if clause is not None)


def pending(code: CodeOfConduct, on: date) -> Pending:
    """Return what the code holds that did not count on that day: later versions, definitions, examples.

    A definition comes with the day from which it applies; an example with its day, or None if no version
    ever adopts it. Each is named once, at its earliest day. Cost: linear in the code.
    """
    later = tuple(sorted((v for v in code.versions if v.start > on), key=lambda v: v.start))
    now = next((v for v in code.versions if v.covers(on)), None)
    known = {each.term for each in now.definitions} if now else set()
    definitions: dict[str, tuple[Definition, date]] = {}
    for version in later:
        for each in version.definitions:
            if each.term not in known:
                definitions.setdefault(each.term, (each, version.start))
    return Pending(later, tuple(definitions.values()), _examples_to_come(now, later, on))


def _examples_to_come(
    now: Version | None, later: tuple[Version, ...], on: date
) -> tuple[tuple[Example, date | None], ...]:
    counted = {(e.term, e.number) for e in now.examples if e.counts_on(on)} if now else set()
    waiting: dict[tuple[str, str], tuple[Example, date | None]] = {}
    for version in ((now,) if now else ()) + later:
        for example in version.examples:
            key = (example.term, example.number)
            if key in counted or (key in waiting and waiting[key][1] is not None):
                continue
            start = max(example.since, version.start) if example.adopted else None
            waiting[key] = (example, start)
    return tuple(waiting.values())


def _category(name: Category | str) -> Category:
    try:
        return Category(name)
    except ValueError:
        choices = ", ".join(Category)
        raise UsageError(f"there is no category '{name}'.", mend=f"Choose one of: {choices}.") from None


def builtin_slugs() -> tuple[str, ...]:
    """Return the slugs of the codes that come with the package, in alphabetical order."""
    folder = resources.files("evenhand.codes") / "data"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def builtin_text(slug: str) -> str:
    """Return the TOML text of a code that comes with the package; raise UsageError if there is none."""
    if slug not in builtin_slugs():
        known = ", ".join(builtin_slugs())
        raise UsageError(f"no code named '{slug}' comes with Evenhand.", mend=f"Name a file, or one of: {known}.")
    return (resources.files("evenhand.codes") / "data" / f"{slug}.toml").read_text(encoding="utf-8")


def builtin(slug: str) -> CodeOfConduct:
    """Return a code that comes with the package; raise UsageError if there is none of that slug."""
    return load(builtin_text(slug))
