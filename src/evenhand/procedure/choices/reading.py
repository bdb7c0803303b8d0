"""A procedure from TOML. Reading never stops at the first fault: the whole list comes back.

The file is from outside and hostile until read: its size and that of its templates is bounded, templates lie beside
it, text holds no control characters, unknown keys are named because they are usually typing errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from evenhand.codes import CodeOfConduct, Rung, builtin, builtin_slugs
from evenhand.codes import Fault as FormFault
from evenhand.codes import load as load_code
from evenhand.codes.toml_text import text_of, values_of
from evenhand.errors import UsageError
from evenhand.procedure.choices.model import (
    SHIPPED,
    CodeKind,
    CodeRef,
    Criterion,
    ExtraGuard,
    Fault,
    Pool,
    Procedure,
    Profile,
    ReasonCode,
    RedLine,
    RetentionTerm,
    Sampling,
    SanctionTerm,
    Sector,
    Wording,
)
from evenhand.procedure.choices.rows import Row
from evenhand.procedure.clocks import Calendar, Clock, ClockId
from evenhand.procedure.retention import KeptAs

_NOT_YOURS: Final = frozenset(
    {"state", "states", "edge", "edges", "transition", "transitions", "step", "steps"}
    | {"actor", "actors", "role", "roles", "overlay", "overlays"}
)
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

Beside = Callable[[str], str | None]
"""Returns the text of a file that lies beside the procedure, or None."""


def read(source: Path | str, beside: Beside) -> tuple[Procedure, list[Fault]]:
    """Return what could be read, with blanks for what could not, and the faults of form (PL1, PL3) in file order.

    `source`: a TOML file (a Path) or TOML text (a str). `beside` finds the files that lie beside a text. Raises
    UsageError if it cannot be read at all.
    """
    if isinstance(source, str):
        return _read(values_of(source), beside)
    return _read(values_of(source), lambda name: _beside(source.parent, name))


def _read(values: Mapping[str, Any], beside: Beside) -> tuple[Procedure, list[Fault]]:
    form: list[FormFault] = []
    theirs = {key: value for key, value in values.items() if key not in _NOT_YOURS and key != "guard"}
    procedure = _procedure(Row(theirs, "the procedure", form), beside)
    faults = [*_not_yours(values), *(Fault("PL1", each.where, each.what, each.mend) for each in form)]
    return procedure, faults


def _not_yours(values: Mapping[str, Any]) -> list[Fault]:
    found = [
        Fault("PL1", key, "states, edges and actors are code, not a choice.", "Remove this key.")
        for key in values
        if key in _NOT_YOURS
    ]
    if "guard" in values:
        found.append(Fault("PL3", "guard", "a built-in guard cannot be changed.", "Remove it, or use extra_guard."))
    return found


def _procedure(top: Row, beside: Beside) -> Procedure:
    head = top.row("procedure")
    procedure = Procedure(
        id=head.text("id"),
        version=head.text("version"),
        table=head.count("table"),
        published=head.day("published"),
        in_force_from=head.day("in_force_from"),
        published_url=head.text("published_url"),
        profile=head.member("profile", Profile, "profile"),
        sector=head.member("sector", Sector, "sector"),
        signed_by=head.texts("signed_by"),
        pinned=head.text("digest", default=""),
        pool=_pool(top.row("pool")),
        sampling=_sampling(top.row("sampling")),
        calendar=_calendar(top.row("calendar")),
        clocks=_clocks(top.rows("clock", "id")),
        extra_guards=tuple(_extra_guard(each) for each in top.rows("extra_guard", "transition")),
        reason_codes=tuple(code for each in top.rows("reason_code", "id") if (code := _reason_code(each)) is not None),
        wording=tuple(_wording(each, beside) for each in top.rows("wording", "notice")),
        sanctions=_sanctions(top.rows("sanction", "rung")),
        retention=_retention(top.rows("retention", "outcome")),
        criteria=tuple(_criterion(each) for each in top.rows("criterion", "id")),
        codes=tuple(_code(each, beside) for each in top.rows("code", "slug")),
        red_lines=tuple(_red_line(each) for each in top.rows("red_line", "id")),
    )
    head.nothing_else()
    top.nothing_else()
    return procedure


def _pool(row: Row) -> Pool:
    pool = Pool(row.count("min_eligible_per_seat"), row.count("training_valid_months"), row.texts("appointed_by"))
    row.nothing_else()
    return pool


def _sampling(row: Row) -> Sampling:
    sampling = Sampling(row.number("review"), row.number("shadow"), row.number("auditor_text"), row.count("unflagged"))
    row.nothing_else()
    return sampling


def _calendar(row: Row) -> Calendar:
    calendar = Calendar(row.text("timezone"), row.days("holidays"))
    try:
        _ = calendar.zone
    except UsageError as error:
        row.refuse(error)
    row.nothing_else()
    return calendar


def _clocks(rows: Sequence[Row]) -> Mapping[ClockId, Clock]:
    clocks: dict[ClockId, Clock] = {}
    for row in rows:
        id_ = row.member("id", ClockId, "clock")
        aim, bound = row.length("aim"), row.lengths("bound")
        extension = row.optional_length("extension")
        row.nothing_else()
        if id_ is not None:
            row.once(id_ in clocks)
            clocks[id_] = Clock(id_, aim, bound, extension)
    return clocks


def _extra_guard(row: Row) -> ExtraGuard:
    guard = ExtraGuard(row.text("transition"), row.text("guard"), row.switch("on"))
    row.nothing_else()
    return guard


def _reason_code(row: Row) -> ReasonCode | None:
    id_, kind, text = row.text("id"), row.member("kind", CodeKind, "kind of reason code"), row.text("text")
    row.nothing_else()
    return None if kind is None else ReasonCode(id_, kind, text)


def _wording(row: Row, beside: Beside) -> Wording:
    notice, locale, template = row.text("notice"), row.text("locale"), row.text("template")
    row.nothing_else()
    text = None if template == SHIPPED else beside(template)
    if text is None and template and template != SHIPPED:
        row.missing_file(template)
    return Wording(notice, locale, template, text)


def _sanctions(rows: Sequence[Row]) -> tuple[SanctionTerm, ...]:
    terms: list[SanctionTerm] = []
    for row in rows:
        rung, spent = row.member("rung", Rung, "rung"), row.length("spent_after")
        longest = row.optional_length("longest_term")
        row.nothing_else()
        if rung is not None:
            row.once(any(each.rung is rung for each in terms))
            terms.append(SanctionTerm(rung, spent, longest))
    return tuple(terms)


def _retention(rows: Sequence[Row]) -> tuple[RetentionTerm, ...]:
    terms: list[RetentionTerm] = []
    for row in rows:
        kept_as, keep = row.member("outcome", KeptAs, "outcome"), row.length("keep")
        ground = row.text("sector_ground", default="")
        row.nothing_else()
        if kept_as is not None:
            row.once(any(each.kept_as is kept_as for each in terms))
            terms.append(RetentionTerm(kept_as, keep, ground))
    return tuple(terms)


def _criterion(row: Row) -> Criterion:
    criterion = Criterion(row.text("id"), row.text("text"), row.day("published"))
    row.nothing_else()
    return criterion


def _code(row: Row, beside: Beside) -> CodeRef:
    slug, version, file = row.text("slug"), row.text("version"), row.text("file", default="")
    row.nothing_else()
    return CodeRef(slug, version, _found(slug, file, beside))


def _found(slug: str, file: str, beside: Beside) -> CodeOfConduct | None:
    if not file:
        return builtin(slug) if slug in builtin_slugs() else None
    text = beside(file)
    try:
        return load_code(text) if text is not None else None
    except UsageError:
        return None


def _red_line(row: Row) -> RedLine:
    line = RedLine(row.text("id"), row.switch("on"))
    row.nothing_else()
    return line


def _beside(folder: Path, name: str) -> str | None:
    """Return the text of a file in that very folder, or None; a name that leads elsewhere finds nothing."""
    if not _FILE_NAME.fullmatch(name):
        return None
    try:
        return text_of(folder / name)
    except UsageError:
        return None
