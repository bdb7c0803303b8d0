"""The lint PL1 to PL8: rules, not warnings, because a case pins what they pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from evenhand.procedure.choices.bounds import (
    TERMED,
    clock_faults,
    maximum_faults,
    minimum_faults,
    retention_faults,
    sanction_faults,
)
from evenhand.procedure.choices.digest import digest
from evenhand.procedure.choices.model import SHIPPED, CodeKind, CodeRef, Fault, Procedure, Wording
from evenhand.procedure.choices.wording_rules import template_faults
from evenhand.procedure.clocks import CLOCKS, Direction
from evenhand.procedure.guards import EXTRA_GUARDS, GUARDS, SAFETY_STEPS
from evenhand.procedure.lexicon import LOCALES, warnings
from evenhand.procedure.notices import NOTICES, NoticeId
from evenhand.procedure.outcomes import DismissalCode, ScopeCode
from evenhand.procedure.retention import KeptAs
from evenhand.procedure.transitions import STEP_IDS, TABLE_VERSION

ALL = "all"
"""A wording row of this notice serves every notice that has no row of its own."""


def faults_of(procedure: Procedure, today: date) -> Iterator[Fault]:
    """Yield every fault of meaning, in the order PL1 to PL8."""
    yield from _complete(procedure)
    yield from clock_faults(procedure)
    yield from _guards(procedure)
    yield from _templates(procedure)
    yield from _reason_codes(procedure)
    yield from sanction_faults(procedure)
    yield from retention_faults(procedure)
    yield from maximum_faults(procedure)
    yield from minimum_faults(procedure)
    yield from _published(procedure, today)
    yield from _codes(procedure, today)


def _complete(procedure: Procedure) -> Iterator[Fault]:
    """PL1."""
    for id_, rule in CLOCKS.items():
        if rule.direction is not Direction.LOCKED and id_ not in procedure.clocks:
            default = rule.default
            yield Fault(
                "PL1", f"clock {id_}", "it is missing.", f'Add aim = "{default.aim}", bound = "{default.bound[0]}".'
            )
    yield from _absent("sanction", [str(rung) for rung in TERMED], [str(each.rung) for each in procedure.sanctions])
    yield from _absent("retention", list(KeptAs), [each.kept_as for each in procedure.retention])
    yield from _absent("criterion", ["(at least one)"], ["(at least one)"] if procedure.criteria else [])
    yield from _absent("code", ["(at least one)"], ["(at least one)"] if procedure.codes else [])
    for kind, needed in ((CodeKind.OUT_OF_SCOPE, list(ScopeCode)), (CodeKind.DISMISSAL, list(DismissalCode))):
        there = [code.id for code in procedure.reason_codes if code.kind is kind]
        yield from _absent(f"reason_code, {kind},", list(needed), there)
        yield from _twice(f"reason_code, {kind},", there)
    yield from _wordings(procedure)


def _absent(where: str, needed: list[str], there: list[str]) -> Iterator[Fault]:
    for name in needed:
        if name not in there:
            yield Fault("PL1", f"{where} {name}", "it is missing.", "Add its row.")


def _twice(where: str, names: list[str]) -> Iterator[Fault]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Fault("PL1", f"{where} {name}", "it stands in the file twice.", "Keep one.")


def _wordings(procedure: Procedure) -> Iterator[Fault]:
    known = {ALL, *NoticeId}
    rows = [(each.notice, each.locale) for each in procedure.wording]
    for each in procedure.wording:
        where = f"wording {each.notice}, {each.locale}"
        if each.notice not in known or each.locale not in LOCALES:
            yield Fault("PL1", where, "there is no such notice or language.", f"Languages: {', '.join(LOCALES)}.")
        if each.notice == ALL and each.template != SHIPPED:
            yield Fault("PL1", where, "one template cannot serve all notices.", f'Write template = "{SHIPPED}".')
    yield from _twice("wording", [f"{notice}, {locale}" for notice, locale in rows])
    for locale in procedure.locales or LOCALES[:1]:
        for notice, spec in NOTICES.items():
            if spec.sent and (notice, locale) not in rows and (ALL, locale) not in rows:
                yield Fault("PL1", f"wording {notice}, {locale}", "it is missing.", "Add its row.")


def _guards(procedure: Procedure) -> Iterator[Fault]:
    """PL3."""
    for each in procedure.extra_guards:
        where = f"extra_guard {each.transition}"
        if each.transition not in STEP_IDS:
            yield Fault("PL3", where, "there is no such step.", "Write a step of the table, such as T06.")
        if each.guard in GUARDS and each.guard not in EXTRA_GUARDS:
            yield Fault("PL3", where, f"{each.guard} is built in; it is always on.", "Remove this row.")
        elif each.guard not in EXTRA_GUARDS:
            yield Fault(
                "PL3", where, "this guard is not in the catalogue.", f"Known: {', '.join(sorted(EXTRA_GUARDS))}."
            )
        if not each.on:
            yield Fault("PL3", where, "a guard cannot be switched off.", "Remove this row.")
        if each.transition in SAFETY_STEPS:
            yield Fault("PL3", where, "nothing may delay a report of danger.", "Remove this row.")


def _templates(procedure: Procedure) -> Iterator[Fault]:
    """PL4."""
    for each in procedure.wording:
        for what in _of_template(each):
            yield Fault("PL4", f"wording {each.notice}, {each.locale}", what, f"Mend {each.template}.")


def _of_template(wording: Wording) -> list[str]:
    if wording.text is None or wording.notice not in set(NoticeId) or wording.locale not in LOCALES:
        return []
    return template_faults(NoticeId(wording.notice), wording.text, wording.locale)


def _reason_codes(procedure: Procedure) -> Iterator[Fault]:
    """PL5, and PL1 for a code outside a closed list."""
    for code in procedure.reason_codes:
        where = f"reason_code {code.id}"
        if code.kind is CodeKind.OUT_OF_SCOPE and code.id not in set(ScopeCode):
            yield Fault("PL1", where, "this list is closed.", f"Known: {', '.join(ScopeCode)}.")
        for found in warnings(f"{code.id}\n{code.text}"):
            yield Fault(
                "PL5", where, f"“{found.phrase}” is about {found.theme}.", "Nobody may be dealt with for that reason."
            )


def _published(procedure: Procedure, today: date) -> Iterator[Fault]:
    """PL8, of the procedure itself."""
    where = f"procedure {procedure.version}"
    if procedure.table != TABLE_VERSION:
        yield Fault(
            "PL8", where, f"table version {procedure.table} is not in this software.", f"Write table = {TABLE_VERSION}."
        )
    if procedure.in_force_from < procedure.published:
        yield Fault(
            "PL8", where, "it is in force before it was published.", "Begin on or after the day of publication."
        )
    signers = {name.strip().casefold() for name in procedure.signed_by if name.strip()}
    if len(signers) < 2:
        yield Fault("PL8", where, "two different people must sign it.", 'Write signed_by = ["…", "…"].')
    if not procedure.published_url.startswith("https://"):
        yield Fault("PL8", where, "it does not say where it is published.", 'Write published_url = "https://…".')
    yield from _pinned(procedure, today, where)


def _pinned(procedure: Procedure, today: date, where: str) -> Iterator[Fault]:
    if procedure.published > today:
        return
    actual = digest(procedure)
    if not procedure.pinned:
        yield Fault("PL8", where, "it is published but not pinned.", f'Add digest = "{actual}".')
    elif procedure.pinned != actual:
        yield Fault(
            "PL8",
            where,
            "a published version was edited: it does not match its digest.",
            f"Undo the edit and publish a new version (if it was never published: digest = {actual}).",
        )


def _codes(procedure: Procedure, today: date) -> Iterator[Fault]:
    """PL8, of what the procedure applies."""
    for criterion in procedure.criteria:
        if criterion.published > procedure.in_force_from:
            yield Fault(
                "PL8",
                f"criterion {criterion.id}",
                "it is published later than the procedure begins.",
                "Publish it first.",
            )
    for ref in procedure.codes:
        what = _unpublished(ref, procedure.in_force_from, today)
        if what:
            yield Fault("PL8", f"code {ref.slug}, version {ref.version}", what, "Name a published version.")


def _unpublished(ref: CodeRef, begins: date, today: date) -> str:
    if ref.code is None or ref.code.slug != ref.slug:
        return "this code cannot be found or read."
    version = next((each for each in ref.code.versions if each.number == ref.version), None)
    if version is None:
        return "this code has no such version."
    if version.published > max(begins, today) or version.start < version.published:
        return "it is not published."
    return ""
