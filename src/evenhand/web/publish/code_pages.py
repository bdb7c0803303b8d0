"""What /code and /code/<version> show: every published version, and two of them side by side in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import formats
from django.utils.translation import gettext as _

from evenhand.codes import Clause, Example, Version
from evenhand.web.publish.differences import Change, Kind, Part, compare
from evenhand.web.publish.queries import Signed, signed
from evenhand.web.rules.queries import Published, code_source, code_versions


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One line of the list: what to call the version in its address, and when it counts."""

    address: str
    title: str
    number: str
    since: date
    until: date | None
    standing: str
    digest: str


@dataclass(frozen=True, slots=True)
class CodePage:
    """The list of codes: title of each, with its versions, newest first."""

    codes: tuple[tuple[str, tuple[VersionRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Clauses, definitions or examples: the heading and how each part stands to the other version."""

    heading: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """One version, alone or beside another (`beside` None: alone). `choices`: what it can be laid beside."""

    row: VersionRow
    note: str
    signed: Signed
    beside: VersionRow | None
    choices: tuple[VersionRow, ...]
    summary: str
    different: tuple[Change, ...]
    sections: tuple[Section, ...]


def code_page(today: date) -> CodePage:
    """Return the page of all codes and versions. One query."""
    versions = code_versions()
    grouped = groupby(versions, key=lambda version: version.slug)
    rows = [[_row(version, versions, today) for version in reversed(list(of_code))] for _slug, of_code in grouped]
    return CodePage(tuple((of_code[0].title, tuple(of_code)) for of_code in rows))


def version_page(address: str, beside: str, today: date) -> VersionPage | None:
    """Return one version's page, or None where there is no such version.

    `beside`: the address of the version to lay it beside; "" for the one before it, "none" for no other.
    """
    versions = code_versions()
    found = {_address(version, versions): version for version in versions}
    if address not in found:
        return None
    this = found[address]
    same = [version for version in versions if version.slug == this.slug and version.id != this.id]
    earlier = [version for version in same if version.since < this.since]
    other = earlier[-1] if not beside and earlier else found.get(beside)
    other = other if other in same else None
    changes = compare(_parts(other.content) if other else (), _parts(this.content))
    return VersionPage(
        row=_row(this, versions, today),
        note=this.content.note.strip(),
        signed=signed(this.id, "code.adopted", (this.first_signer, this.second_signer), this.published_at),
        beside=_row(other, versions, today) if other else None,
        choices=tuple(_row(version, versions, today) for version in same),
        summary=_summary(changes) if other else "",
        different=tuple(change for change in changes if change.kind is not Kind.SAME) if other else (),
        sections=_sections(changes),
    )


def address_in_force(today: date) -> str:
    """Return how the version of the rules in force is called in an address; "" if none is."""
    rows = [row for _, versions in code_page(today).codes for row in versions]
    now = (row for row in rows if row.since <= today and (row.until is None or today < row.until))
    return next((row.address for row in now), "")


def text_of(address: str) -> str | None:
    """Return the text as it was signed (TOML), or None where there is no such version."""
    versions = code_versions()
    found = {_address(version, versions): version.id for version in versions}
    return code_source(found[address]) if address in found else None


def _address(version: Published, versions: Sequence[Published]) -> str:
    """Return the number alone, or with the code's name where two codes have a version of this number."""
    alone = sum(other.version == version.version for other in versions) == 1
    return version.version if alone else f"{version.slug}-{version.version}"


def _row(version: Published, versions: Sequence[Published], today: date) -> VersionRow:
    return VersionRow(
        address=_address(version, versions), title=version.title, number=version.version, since=version.since,
        until=version.until, standing=_standing(version, today), digest=version.id,
    )  # fmt: skip


def _standing(version: Published, today: date) -> str:
    if version.covers(today):
        return _("in force today")
    return _("not in force yet") if version.since > today else _("not in force any more")


def _parts(version: Version) -> tuple[Part, ...]:
    """Return a version as the parts that are shown and compared."""
    definitions = [Part("definition", each.term, each.term, each.text.strip()) for each in version.definitions]
    return (*map(_clause_part, version.clauses), *definitions, *map(_example_part, version.examples))


def _clause_part(clause: Clause) -> Part:
    most = tuple((_(act.words), _(rung.words)) for act, rung in clause.most.items())
    return Part("clause", clause.number, clause.title, clause.text.strip(), most)


def _example_part(example: Example) -> Part:
    name = f"{example.term} {example.number}"
    return Part("example", name, name, example.text.strip(), (_example(example.adopted, example.since),))


def _example(adopted: bool, since: date) -> tuple[str, str]:
    day = formats.date_format(since)
    return (_("as a guide"), _("used from %(day)s") % {"day": day} if adopted else _("printed, and guides nobody"))


def _sections(changes: Sequence[Change]) -> tuple[Section, ...]:
    headings = {"clause": _("The rules"), "definition": _("What words mean"), "example": _("Examples")}
    return tuple(
        Section(heading, found)
        for section, heading in headings.items()
        if (found := tuple(change for change in changes if change.part.section == section))
    )


def _summary(changes: Sequence[Change]) -> str:
    counts = {kind: sum(change.kind is kind for change in changes) for kind in Kind}
    return _("%(changed)s changed, %(added)s new, %(removed)s gone, %(same)s as before.") % {
        "changed": counts[Kind.CHANGED], "added": counts[Kind.ADDED],
        "removed": counts[Kind.REMOVED], "same": counts[Kind.SAME],
    }  # fmt: skip
