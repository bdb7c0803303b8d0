"""Reads: which rule and which procedure were in force on a day, and what they say. Published texts never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import zip_longest

from django.utils.translation import gettext as _

from evenhand.codes import ActType, CodeOfConduct, Rung, Version, digest, load
from evenhand.errors import UsageError
from evenhand.web.rules import models


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a code. `until`: its last day, by its own text or because a later one began."""

    id: str
    slug: str
    version: str
    since: date
    until: date | None
    published_at: datetime
    first_signer: str
    second_signer: str
    title: str
    content: Version

    def covers(self, day: date) -> bool:
        """Say whether this version was in force on that day, first and last day included."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class ClauseText:
    """One clause as published: what a case pins by `id` (`<digest of the version>:<number>`).

    `since` and `until` (both included) are those of its version; `most` names, per act, the most that can follow.
    """

    id: str
    code: str
    slug: str
    code_title: str
    version: str
    number: str
    title: str
    text: str
    since: date
    until: date | None
    most: Mapping[ActType, Rung]


@dataclass(frozen=True, slots=True)
class PublishedProcedure:
    """One published version of the organisation's procedure; a case pins it by `id`, the SHA-256 of its text."""

    id: str
    name: str
    version: str
    table_version: int
    since: date
    published_at: datetime
    first_signer: str
    second_signer: str
    text: str


def code_versions(slug: str | None = None) -> tuple[Published, ...]:
    """Return the published versions, by code and first day. One query; each text is parsed once per process."""
    rows = models.CodeVersion.objects.order_by("slug", "in_force_from", "published_at")
    found = list(rows.filter(slug=slug) if slug else rows)
    pairs = zip_longest(found, found[1:])
    return tuple(_published(row, after if after and after.slug == row.slug else None) for row, after in pairs)


def code_source(code: str) -> str:
    """Return the text (TOML) in which a version was published, by its digest; DoesNotExist if there is none."""
    return models.CodeVersion.objects.values_list("text", flat=True).get(id=code)


def codes_on(day: date) -> tuple[Published, ...]:
    """Return the version of each code that was in force on that day; () if there was none."""
    return tuple(version for version in code_versions() if version.covers(day))


def clauses_on(day: date) -> tuple[ClauseText, ...]:
    """Return every clause in force on that day, in the order of the codes; () if there was none."""
    return tuple(clause for version in codes_on(day) for clause in clauses_of(version))


def clauses_of(version: Published) -> tuple[ClauseText, ...]:
    """Return the clauses of one published version in its own order."""
    return tuple(
        ClauseText(
            id=clause_id(version.id, clause.number), code=version.id, slug=version.slug, code_title=version.title,
            version=version.version, number=clause.number, title=clause.title, text=clause.text,
            since=version.since, until=version.until, most=clause.most,
        )
        for clause in version.content.clauses
    )  # fmt: skip


def clause_id(code: str, number: str) -> str:
    """Return the id that names text and version of a clause at once."""
    return f"{code}:{number}"


def thing_of(digest_of_text: str) -> str:
    """Return the id (hex32) under which the record speaks of a published text: it is public, so is the beginning."""
    return digest_of_text[:32]


def clause_text(clause: str) -> ClauseText:
    """Return a published clause by its id; UsageError if there is none."""
    code, _colon, _number = clause.partition(":")
    slug = models.CodeVersion.objects.filter(id=code).values_list("slug", flat=True).first()
    versions = code_versions(slug) if slug else ()
    for found in (each for version in versions if version.id == code for each in clauses_of(version)):
        if found.id == clause:
            return found
    raise UsageError(
        _("there is no published clause with this id"), where=clause[:120], mend=_("Choose it from the code.")
    )


def procedures() -> tuple[PublishedProcedure, ...]:
    """Return the published versions of the procedure, by their first day. One query."""
    rows = models.ProcedureVersion.objects.order_by("in_force_from", "published_at")
    return tuple(
        PublishedProcedure(
            id=row.id, name=row.name, version=row.version, table_version=row.table_version, since=row.in_force_from,
            published_at=row.published_at, first_signer=row.first_signer, second_signer=row.second_signer,
            text=row.text,
        )
        for row in rows
    )  # fmt: skip


def procedure_in_force(day: date) -> PublishedProcedure:
    """Return the procedure in force on that day, which a case received then pins; UsageError if there was none."""
    found = [each for each in procedures() if each.since <= day]
    if not found:
        raise UsageError(
            _("no procedure was in force on that day"),
            where=day.isoformat(),
            mend=_("Two people publish one before reports are taken in."),
        )
    return found[-1]


def procedure_text(digest_of_text: str) -> PublishedProcedure:
    """Return the published procedure that a case pins; UsageError if there is none."""
    for found in procedures():
        if found.id == digest_of_text:
            return found
    raise UsageError(_("there is no published procedure with this digest"), where=digest_of_text[:80])


def open_proposals() -> tuple[models.Proposal, ...]:
    """Return the proposals that wait for a second signature, oldest first."""
    return tuple(models.Proposal.objects.filter(outcome=None).order_by("proposed_at"))


def proposal_waiting(proposal: str) -> models.Proposal | None:
    """Return a proposal that waits for a second signature, or None. One query."""
    return models.Proposal.objects.filter(pk=proposal, outcome=None).first()


def _published(row: models.CodeVersion, after: models.CodeVersion | None) -> Published:
    code = _code_of(row.id, row.slug, row.version)
    ends = [day for day in (row.in_force_until, after and after.in_force_from - timedelta(days=1)) if day]
    content = next(version for version in code.versions if version.number == row.version)
    return Published(
        id=row.id, slug=row.slug, version=row.version, since=row.in_force_from, until=min(ends, default=None),
        published_at=row.published_at, first_signer=row.first_signer, second_signer=row.second_signer,
        title=code.title, content=content,
    )  # fmt: skip


@lru_cache(maxsize=64)
def _code_of(code: str, slug: str, number: str) -> CodeOfConduct:
    """Return the parsed text behind a digest. Kept per process: the digest is of what it says.

    Raises UsageError where the stored text is not what its digest says (`ledger verify` names the row).
    """
    text = models.CodeVersion.objects.values_list("text", flat=True).get(id=code)
    parsed = load(text)
    if not any(digest(slug, version) == code for version in parsed.versions if version.number == number):
        raise UsageError(_("the stored text of a published code is not what was signed"), where=f"{slug} {number}")
    return parsed
