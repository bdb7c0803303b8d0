"""Which clause may cover an act, by the version in force on the day of the act; else by today's, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from evenhand.codes import ActType, Category, Clause, CodeOfConduct, NotInForce, Version, in_force


@dataclass(frozen=True, slots=True)
class Ruling:
    """A clause and how it stood on the day of the act.

    `since`: the first day from which a version covered such an act by this clause. `is_older`: the act is from
    before that day. `is_undated`: the export has no day for the act.
    """

    clause: Clause
    version: str
    since: date
    is_older: bool = False
    is_undated: bool = False


class Rules:
    """A code of conduct, asked for many acts on one day."""

    def __init__(self, code: CodeOfConduct, today: date) -> None:
        self.code = code
        self.today = _version(code, today) or max(code.versions, key=lambda version: version.start)
        self._versions = sorted(code.versions, key=lambda version: version.start)

    def of(self, categories: Iterable[Category], act: ActType, day: date | None) -> tuple[Ruling, ...]:
        """Return what may cover the act, gravest first: by the highest that can follow, then in the code's order.

        Empty if no clause covers such words, or none covers them for this kind of act.
        """
        wanted = tuple(categories)
        version = _version(self.code, day) if day else None
        if version is not None and (then := tuple(_covering(version, wanted, act))):
            found = [Ruling(clause, version.number, self._since(clause, wanted, act)) for clause in then]
        else:
            found = [
                Ruling(
                    clause, self.today.number, self._since(clause, wanted, act),
                    is_older=day is not None, is_undated=day is None,
                )
                for clause in _covering(self.today, wanted, act)
            ]  # fmt: skip
        return tuple(sorted(found, key=lambda ruling: -ruling.clause.most[act].height))

    def _since(self, clause: Clause, categories: tuple[Category, ...], act: ActType) -> date:
        return next(
            version.start
            for version in self._versions
            if any(each.number == clause.number for each in _covering(version, categories, act))
        )

    def newest(self, number: str) -> Clause:
        """Return a clause as it reads now, or as it last read."""
        held = (version.clause(number) for version in (self.today, *reversed(self._versions)))
        return next(clause for clause in held if clause is not None)

    def text_on(self, number: str, version: str) -> str | None:
        """Return what a clause said in a version, if that is not what it says now."""
        then = next((each.clause(number) for each in self._versions if each.number == version), None)
        return then.text if then is not None and then.text != self.newest(number).text else None


def _version(code: CodeOfConduct, day: date) -> Version | None:
    try:
        return in_force(code, day)
    except NotInForce:
        return None


def _covering(version: Version, categories: tuple[Category, ...], act: ActType) -> Iterator[Clause]:
    """Yield the clauses of a version that may cover such words and this act, in the code's order, each once."""
    numbers = {number for category in categories for number in version.categories.get(category, ())}
    for clause in version.clauses:
        if clause.number in numbers and act in clause.acts:
            yield clause
