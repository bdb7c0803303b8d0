"""T-TAMPER where there are cases: an administrator changes any column, takes or adds any row; verify names it.

The demonstration's cases, in every stage. By day a draw by a fixed seed from all changes; at night every one.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.clock import MovingClock
from tests.databases import Desk
from tests.tampering import (
    above_the_desk,
    all_changes,
    drawn,
    unnoticed_additions,
    unnoticed_changes,
    unnoticed_removals,
)
from tests.web.cases.cases_room import received
from tests.web.proofs.proofs_room import demonstration

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.contacts import Channel, Note, file_contact, flag_contact
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps.dialogue import Kind, say
from evenhand.web.office import rota
from evenhand.web.people.queries import holders_of
from evenhand.web.people.roles import Role
from evenhand.web.record.ids import ActorId

pytestmark = pytest.mark.slow
# Tables in which nothing happens here; each folds by the same rows in documents.
EMPTY = {
    "live_arrival", "live_forwarding_address", "live_handed_in", "live_source",  # their own tests change their rows
    "cases_link", "cases_upload", "notices_accepted", "notices_attempt", "office_rota_mail", "office_shield",
    "office_wave", "office_wave_item", "office_wave_said", "publish_report", "rules_procedure_version",
}  # fmt: skip


@pytest.fixture
def only_own_projections() -> None:
    """Here the folds of all apps take part."""


@pytest.fixture
def lived_in(room: Desk, clock: MovingClock) -> Desk:
    clock.now = datetime(2026, 10, 12, 9, tzinfo=UTC)
    demonstration(room, clock)
    _more(room)
    return room


def _more(room: Desk) -> None:
    """What the demonstration's cases leave out: a contact, a message, somebody excluded, somebody away."""
    officer, other = (ActorId(person) for person in sorted(holders_of(Role.OFFICER, room.ctx.now()))[:2])
    case = Case.objects.get(pk=received(room.ctx, excluded=(other,)).cases[0])
    take(case=case.id, role=CaseRole.INTAKE, person=officer, ctx=room.ctx)
    flag_contact(case=case, recipient=officer, actor=officer, ctx=room.ctx)
    note = Note(officer, "leader", Channel.TELEPHONE, room.ctx.now(), "Asked how long it takes.")
    file_contact(case=case, note=note, actor=officer, ctx=room.ctx)
    say(party=Party.objects.get(case=case), text="Hello? I cannot go on.", kind=Kind.MESSAGE, ctx=room.ctx)
    rota.ask(stand_in=other, until=room.ctx.now().date() + timedelta(days=3), actor=officer, ctx=room.ctx)


def test_an_administrator_changes_nothing_about_a_case_unnoticed(lived_in: Desk) -> None:
    tables = above_the_desk(lived_in.home.database) - EMPTY
    changes = [change for change in all_changes(lived_in.home.database) if change.table in tables]
    nothing = tables - {change.table for change in changes}
    assert not nothing, f"nothing happened in {sorted(nothing)}"
    missed, tried = unnoticed_changes(lived_in, drawn(changes, 4))
    assert not missed, "\n".join(missed)
    assert tried > 1  # the database itself refuses the others
    missed = [
        *unnoticed_removals(lived_in, drawn(sorted(tables), 1)),
        *unnoticed_additions(lived_in, drawn(sorted(tables), 1)),
    ]
    assert not missed, "\n".join(missed)
