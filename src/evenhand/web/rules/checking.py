"""Whether a text may be published: its own faults, then what must hold between it and what is published already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from evenhand.codes import Fault, Version, digest, lint, load
from evenhand.errors import UsageError
from evenhand.procedure import choices
from evenhand.web.rules.queries import Published, PublishedProcedure
from evenhand.web.ui.counting import grouped

MOST_CHARACTERS: Final = 400_000
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """A code that may be published: its name, and those of its versions that are new, by their first day."""

    slug: str
    new: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class CheckedProcedure:
    """A procedure that may be published: what its row says of it."""

    name: str
    version: str
    table_version: int
    since: date


def check_code(text: str, published: Sequence[Published], today: date) -> CheckedCode:
    """Return what is new in a text of a code.

    Raises UsageError for a text with faults, an edit of a published version, a version that would begin before
    one that is published or before today, and where nothing is new. Rules of earlier days come in only on the
    day on which the first code is published here: later they would be rules made for deeds already done.
    """
    _check_size(text)
    refuse_faults(_("code of conduct"), lint(text, today=today))
    code = load(text)
    same = {each.version: each for each in published if each.slug == code.slug}
    new = tuple(sorted((v for v in code.versions if not _known(code.slug, v, same)), key=lambda v: v.start))
    if not new:
        raise UsageError(
            _("every version in this text is published already"), where=code.slug, mend=_("Nothing needs doing.")
        )
    for version in new:
        _check_start(version, tuple(same.values()), published, today)
    return CheckedCode(code.slug, new)


def check_procedure(text: str, published: Sequence[PublishedProcedure], today: date) -> CheckedProcedure:
    """Return what a procedure's row says; raise UsageError for a text with faults or one that begins too early.

    The first procedure published here may have begun earlier: the organisation worked by it already.
    """
    _check_size(text)
    refuse_faults(_("procedure"), choices.lint(text, today=today))
    said = choices.load(text)
    checked = CheckedProcedure(said.id, said.version, said.table, said.in_force_from)
    where = _("procedure %(version)s") % {"version": checked.version}
    if any((each.name, each.version) == (checked.name, checked.version) for each in published):
        raise UsageError(
            _("version %(version)s is published already") % {"version": checked.version},
            where=checked.name,
            mend=_("Give the text a new number."),
        )
    latest = max((each.since for each in published), default=None)
    if latest is not None and checked.since <= latest:
        raise UsageError(
            _("it would not begin after the one that began on %(latest)s") % {"latest": latest},
            where=where,
            mend=_("Choose a first day that is still to come."),
        )
    if published and checked.since < today:
        raise UsageError(
            _("it would have begun on %(day)s, before today") % {"day": checked.since},
            where=where,
            mend=_("Choose a first day that is still to come."),
        )
    return checked


def refuse_faults(what: str, faults: Sequence[Fault] | Sequence[choices.Fault]) -> None:
    """Raise UsageError naming the first faults of a text, if there is any."""
    if faults:
        shown = " ".join(str(fault) for fault in faults[:_SHOWN])
        if len(faults) > _SHOWN:
            shown += " " + _("And %(n)s more.") % {"n": len(faults) - _SHOWN}
        raise UsageError(
            _("it has faults: %(faults)s") % {"faults": shown},
            where=what,
            mend=_("Nothing was signed. Mend the text first."),
        )


def _check_size(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise UsageError(
            _("the text is longer than %(most)s characters") % {"most": grouped(MOST_CHARACTERS)},
            mend=_("Publish the rules alone."),
        )


def _known(slug: str, version: Version, same: dict[str, Published]) -> bool:
    """Return whether this version is published already; refuse the number of a published one with other words."""
    found = same.get(version.number)
    if found is not None and found.id != digest(slug, version):
        raise UsageError(
            _("version %(version)s is published, and this text says something else") % {"version": version.number},
            where=slug,
            mend=_("What is published stays. Give the changed rules a new number and a first day to come."),
        )
    return found is not None


def _check_start(version: Version, same: Sequence[Published], published: Sequence[Published], today: date) -> None:
    where = _("version %(version)s") % {"version": version.number}
    latest = max((each.since for each in same), default=None)
    if latest is not None and version.start <= latest:
        raise UsageError(
            _("it would begin on %(day)s, not after the published version that began on %(latest)s")
            % {"day": version.start, "latest": latest},
            where=where,
            mend=_("Choose a later first day."),
        )
    first_day = min((each.published_at.date() for each in published), default=today)
    if version.start < today and first_day != today:
        raise UsageError(
            _("it would have begun on %(day)s, before today") % {"day": version.start},
            where=where,
            mend=_("A rule counts from a day on which people can already read it: today or later."),
        )
