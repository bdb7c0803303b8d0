"""Every fault of a code of conduct, of form and of meaning. Rules here, not warnings: a case pins what they pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from evenhand.categories import Category
from evenhand.codes.digest import digest
from evenhand.codes.model import ActType, Clause, CodeOfConduct, Example, Fault, Version
from evenhand.codes.reading import read

T = TypeVar("T")

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Approval of somebody else's words is graded below one's own (PROCEDURE S2).
_LESSER_ACTS: Final = (ActType.SHARED, ActType.LIKED, ActType.BELONGED)


def lint(source: Path | str, *, today: date) -> list[Fault]:
    """Return every fault of the code in a TOML file (a Path) or TOML text (a str); [] if there is none.

    `today` decides which versions count as published. Raises UsageError if it cannot be read at all.
    Faults of form hide those of meaning, because a blank would be reported twice.
    """
    code, faults = read(source)
    return faults or [*_of_code(code), *_of_versions(code, today)]


def _of_code(code: CodeOfConduct) -> Iterator[Fault]:
    if not _SLUG.fullmatch(code.slug):
        yield Fault("the code", f"slug '{code.slug}' is not a plain name.", "Use a-z, 0-9 and single hyphens.")
    for number in _twice(version.number for version in code.versions):
        yield Fault(f"version {number}", "this number occurs twice.", "Give each version its own number.")
    yield from _timeline(sorted(code.versions, key=lambda version: version.start))


def _timeline(versions: Sequence[Version]) -> Iterator[Fault]:
    for earlier, later in pairwise(versions):
        where = f"version {earlier.number}"
        mend = f"Write until = {later.start.isoformat()}, the day on which version {later.number} begins."
        if earlier.end is None or earlier.end > later.start:
            yield Fault(where, f"it overlaps version {later.number}.", mend)
        elif earlier.end < later.start:
            yield Fault(where, f"no version is in force between it and version {later.number}.", mend)


def _of_versions(code: CodeOfConduct, today: date) -> Iterator[Fault]:
    for version in code.versions:
        where = f"version {version.number}"
        yield from _dates(version, where)
        yield from _clauses(version, where)
        yield from _categories(version, where)
        yield from _definitions(version, where)
        yield from _examples(version, where)
        yield from _pinned(code.slug, version, today, where)


def _dates(version: Version, where: str) -> Iterator[Fault]:
    if version.start < version.published:
        yield Fault(
            where,
            f"it is in force ({version.start.isoformat()}) before it was published ({version.published.isoformat()}).",
            "Nobody can keep a rule that was not published: begin on or after the day of publication.",
        )
    if version.end is not None and version.end <= version.start:
        yield Fault(where, "it ends before it begins.", "Let until be later than from, or remove until.")


def _clauses(version: Version, where: str) -> Iterator[Fault]:
    for number in _twice(clause.number for clause in version.clauses):
        yield Fault(f"{where}, clause {number}", "this number occurs twice.", "Give each clause its own number.")
    known = {clause.number for clause in version.clauses}
    for clause in version.clauses:
        place = f"{where}, clause {clause.number}"
        for number in clause.see:
            if number not in known:
                yield Fault(place, f"see names clause {number}, which is missing.", "Add it, or correct see.")
        yield from _acts(clause, place)


def _acts(clause: Clause, where: str) -> Iterator[Fault]:
    if not clause.acts:
        yield Fault(where, "it covers no act.", 'Write acts = ["wrote", …].')
    for act in _twice(clause.acts):
        yield Fault(where, f"act {act} occurs twice.", "Name each act once.")
    for act in dict.fromkeys(clause.acts):
        if act not in clause.most:
            yield Fault(where, f"it names no most for {act}.", f'Add {act} = "L…" to most.')
    for act in clause.most:
        if act not in clause.acts:
            yield Fault(where, f"most names {act}, which it does not cover.", f"Add {act} to acts, or remove it.")
    yield from _grading(clause, where)


def _grading(clause: Clause, where: str) -> Iterator[Fault]:
    wrote = clause.most.get(ActType.WROTE)
    for act in _LESSER_ACTS:
        rung = clause.most.get(act)
        if wrote is not None and rung is not None and rung.height >= wrote.height:
            yield Fault(
                where,
                f"{act} may have the same outcome as writing it, or a graver one.",
                f"Name a rung for {act} below {wrote}.",
            )


def _categories(version: Version, where: str) -> Iterator[Fault]:
    known = {clause.number for clause in version.clauses}
    for name in Category:
        if name not in version.categories:
            yield Fault(f"{where}, categories", f"{name} is missing.", f"Write {name} = [] if no clause covers it.")
    for name, numbers in version.categories.items():
        place = f"{where}, categories, {name}"
        for number in _twice(numbers):
            yield Fault(place, f"clause {number} occurs twice.", "Name each clause once.")
        for number in dict.fromkeys(numbers):
            if number not in known:
                yield Fault(place, f"clause {number} is missing.", "Add the clause, or correct the number.")


def _definitions(version: Version, where: str) -> Iterator[Fault]:
    for term in _twice(definition.term for definition in version.definitions):
        yield Fault(f"{where}, definition {term}", "this term is defined twice.", "Keep one of them.")


def _examples(version: Version, where: str) -> Iterator[Fault]:
    for term, number in _twice((example.term, example.number) for example in version.examples):
        yield Fault(f"{where}, example {number} of {term}", "this number occurs twice.", "Number them anew.")
    terms = {definition.term for definition in version.definitions}
    for example in version.examples:
        place = f"{where}, example {example.number}"
        if example.term not in terms:
            yield Fault(place, f"'{example.term}' is not defined here.", "Add the definition, or correct of.")
        yield from _adoption(version, example, place)


def _adoption(version: Version, example: Example, where: str) -> Iterator[Fault]:
    if version.end is not None and example.since >= version.end:
        yield Fault(where, "it would count only after this version has ended.", "Move it to the later version.")


def _pinned(slug: str, version: Version, today: date, where: str) -> Iterator[Fault]:
    if version.published > today:
        return
    actual = digest(slug, version)
    if not version.pinned:
        yield Fault(where, "it is published but not pinned.", f'Add digest = "{actual}".')
    elif version.pinned != actual:
        yield Fault(
            where,
            "a published version was edited: its text does not match its digest.",
            f"Undo the edit and publish a new version (if it was never published: digest = {actual}).",
        )


def _twice(values: Iterable[T]) -> list[T]:
    return [value for value, times in Counter(values).items() if times > 1]
