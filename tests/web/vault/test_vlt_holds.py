"""T-HOLD: two people of two roles place, review and release; what is held is not deleted, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.vault.vault_room import CASE, store

from evenhand.errors import UsageError
from evenhand.web.people.actions import create_person, grant_role, record_mandate
from evenhand.web.people.roles import Office, Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.deleting import held
from evenhand.web.record.guards import schema_changes
from evenhand.web.record.ids import ORGANISATION, SYSTEM
from evenhand.web.record.models import ReadRow
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import erase_texts, open_texts, seal_text
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import verify
from evenhand.web.vault import holds
from evenhand.web.vault.holds import (
    Held,
    ask_hold,
    ask_release,
    check_free,
    hold_now,
    in_force,
    overdue,
    place_hold,
    release_hold,
    review_hold,
    waiting,
)
from evenhand.web.vault.models import Hold
from evenhand.web.vault.words import Kind, Reason

GROUND = "The court asked us to keep everything of this."


class Staff:
    """One person of each role that signs, and one who is neither."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.dpo, self.keeper, self.officer = (self.person(role) for role in (Role.DPO, Role.CASE_KEEPER, Role.OFFICER))

    def person(self, *roles: Role) -> str:
        made = create_person(username=self.desk.ctx.new_id(), password="x", ctx=self.desk.ctx, drawn=True)
        for role in roles:
            grant_role(person=PersonId(made.id), role=role, actor=SYSTEM, ctx=self.desk.ctx)
        return str(made.id)

    def ask(self, target: str, kind: Kind = Kind.OBJECT, *, person: str | None = None, days: int = 90) -> str:
        today = self.desk.ctx.now().date()
        return ask_hold(
            kind=kind, target=target, reason=Reason.COURT_PROCEEDINGS, ground=GROUND,
            review_on=today + timedelta(days=days), person=person or self.dpo, ctx=self.desk.ctx,
        )  # fmt: skip

    def place(self, target: str, kind: Kind = Kind.OBJECT) -> str:
        hold = self.ask(target, kind)
        place_hold(hold=hold, person=self.keeper, ctx=self.desk.ctx)
        return hold

    def release(self, hold: str) -> None:
        ask_release(hold=hold, person=self.keeper, ctx=self.desk.ctx)
        release_hold(hold=hold, person=self.dpo, ctx=self.desk.ctx)


@pytest.fixture
def staff(desk: Desk) -> Staff:
    return Staff(desk)


def test_two_people_in_two_roles_place_and_release_and_the_log_says_so(desk: Desk, staff: Staff) -> None:
    obj = store(desk)
    hold = staff.ask(obj)
    check_free(objects=[obj])  # one signature holds nothing
    assert [row.id for row in waiting()] == [hold]
    place_hold(hold=hold, person=staff.keeper, ctx=desk.ctx)
    row = in_force().get()
    assert open_texts([row.ground], actor=SYSTEM, purpose="test", ctx=desk.ctx)[row.ground] == GROUND
    with pytest.raises(Held, match="legal hold"):
        check_free(objects=[obj])
    ask_release(hold=hold, person=staff.keeper, ctx=desk.ctx)
    with pytest.raises(Held):
        check_free(objects=[obj])
    release_hold(hold=hold, person=staff.dpo, ctx=desk.ctx)
    check_free(objects=[obj])
    assert verify(desk.ctx).findings == ()


def noted() -> list[tuple[str, str]]:
    """Return who was refused a signature, and for what, as the read log has it."""
    rows = ReadRow.objects.filter(purpose="refused: legal hold").order_by("seq")
    return list(rows.values_list("actor", "object_id"))


def test_nobody_signs_twice_in_two_roles_or_without_one(desk: Desk, staff: Staff, clock: MovingClock) -> None:
    obj, both = store(desk), staff.person(Role.DPO)
    with pytest.raises(UsageError, match="data protection officer and a case keeper"):
        staff.ask(obj, person=staff.officer)
    hold = staff.ask(obj)
    for wrong in (staff.dpo, both, staff.officer):
        with pytest.raises(UsageError):
            place_hold(hold=hold, person=wrong, ctx=desk.ctx)
    place_hold(hold=hold, person=staff.keeper, ctx=desk.ctx)
    with pytest.raises(UsageError, match="in force already"):
        place_hold(hold=hold, person=staff.keeper, ctx=desk.ctx)
    with pytest.raises(UsageError, match="Nobody has asked"):
        release_hold(hold=hold, person=staff.keeper, ctx=desk.ctx)
    ask_release(hold=hold, person=staff.dpo, ctx=desk.ctx)
    for wrong in (staff.dpo, both):
        with pytest.raises(UsageError):
            release_hold(hold=hold, person=wrong, ctx=desk.ctx)
    assert in_force().count() == 1
    one_person = staff.person(Role.DPO, Role.CASE_KEEPER)
    alone = staff.ask(obj, person=one_person)
    with pytest.raises(UsageError, match="another person's"):
        place_hold(hold=alone, person=one_person, ctx=desk.ctx)
    refusals = [(staff.officer, obj), *((each, hold) for each in (staff.dpo, both, staff.officer)),
                *((each, hold) for each in (staff.dpo, both)), (one_person, alone)]  # fmt: skip
    assert noted() == refusals, "who was refused, and for what, in the order of the attempts"
    with pytest.raises(UsageError, match="another person's"):
        hold_now(
            kind=Kind.OBJECT, target=obj, reason=Reason.SAFETY, ground=GROUND, first=one_person, second=one_person,
            review_on=desk.ctx.now().date() + timedelta(days=9), ctx=desk.ctx,
        )  # fmt: skip
    assert noted() == [*refusals, (one_person, obj)], "of both at once too, and once"
    clock.move(minutes=30)
    close_read_windows(desk.ctx)
    assert verify(desk.ctx).findings == ()


def test_whoever_holds_a_restricted_office_or_is_a_party_signs_nothing(
    desk: Desk, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = staff.person(Role.DPO)
    today = desk.ctx.now().date()
    record_mandate(person=PersonId(leader), office=Office.LEADER, begins=today, ends=None, actor=SYSTEM, ctx=desk.ctx)
    with pytest.raises(UsageError):
        staff.ask(store(desk), person=leader)
    monkeypatch.setattr(holds, "_PEOPLE_OF", [lambda _case: [staff.dpo]])
    with pytest.raises(UsageError, match="whom the case is about"):
        staff.ask(CASE, Kind.CASE)


@pytest.mark.parametrize("days", [0, -1, 184])
def test_a_review_date_lies_at_most_six_months_ahead(desk: Desk, staff: Staff, days: int) -> None:
    with pytest.raises(UsageError, match="six months"):
        staff.ask(store(desk), days=days)


def test_a_passed_review_date_alarms_and_releases_nothing(desk: Desk, staff: Staff, clock: MovingClock) -> None:
    obj = store(desk)
    hold = staff.place(obj)
    clock.move(days=120)
    assert [row.id for row in overdue(desk.ctx)] == [hold]
    with pytest.raises(Held):
        check_free(objects=[obj])
    review_hold(hold=hold, review_on=desk.ctx.now().date() + timedelta(days=30), person=staff.keeper, ctx=desk.ctx)
    assert not overdue(desk.ctx).exists() and in_force().count() == 1


def _none(_desk: Desk, _staff: Staff, _obj: str) -> None:
    pass


def _one(_desk: Desk, staff: Staff, obj: str) -> None:
    staff.place(obj)


def _two_with_one_released(_desk: Desk, staff: Staff, obj: str) -> None:
    staff.release(staff.place(obj))
    staff.place(obj)


def _one_released(_desk: Desk, staff: Staff, obj: str) -> None:
    staff.release(staff.place(obj))


def _on_the_case(_desk: Desk, staff: Staff, _obj: str) -> None:
    staff.place(CASE, Kind.CASE)


def _table_gone(_desk: Desk, _staff: Staff, _obj: str) -> None:
    with schema_changes(connection), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE vault_hold RENAME TO vault_hold_away")


STATES: dict[Callable[[Desk, Staff, str], None], bool] = {
    _none: True, _one_released: True, _one: False, _two_with_one_released: False, _on_the_case: False,
    _table_gone: False,
}  # fmt: skip


@pytest.mark.parametrize(("state", "free"), STATES.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_what_is_held_or_cannot_be_asked_about_is_not_free(
    desk: Desk, staff: Staff, state: Callable[[Desk, Staff, str], None], free: bool
) -> None:
    obj = store(desk)
    state(desk, staff, obj)
    later = store(desk, b"came later") if state is _on_the_case else obj
    if free:
        check_free(objects=[obj])
        check_free(cases=[CASE])
        return
    for objects, cases in (([obj], []), ([later], []), ([], [CASE])):
        with pytest.raises(Held):
            check_free(objects=objects, cases=cases)


def test_every_deletion_of_a_text_asks_first(desk: Desk, staff: Staff) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        texts = [seal_text(r, key=ORGANISATION, field="note", text=text) for text in ("one", "two")]
        r.add(type="role.changed", key=ORGANISATION, body={})
    staff.place(texts[0], Kind.SOURCE)
    assert held(texts) == {texts[0]}
    with pytest.raises(UsageError, match="legal hold"), recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        erase_texts(r, texts)
    _table_gone(desk, staff, "")
    with pytest.raises(UsageError, match="Nobody can tell"), recording(actor=SYSTEM, ctx=desk.ctx, purpose="t") as r:
        erase_texts(r, [texts[1]])


@pytest.mark.parametrize(
    "change",
    [
        {"target": "0" * 32}, {"kind": "case"}, {"asked_by": "0" * 32}, {"placed_at": None, "placed_by": None},
        {"placed_by": "0" * 32},
    ],
)  # fmt: skip
def test_the_database_keeps_a_hold_as_two_placed_it(desk: Desk, staff: Staff, change: dict[str, object]) -> None:
    hold = staff.place(store(desk))
    with pytest.raises(DatabaseError), transaction.atomic():
        Hold.objects.filter(pk=hold).update(**change)
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
        Hold.objects.filter(pk=hold).delete()


def test_the_database_refuses_one_person_or_one_role_twice(desk: Desk, staff: Staff) -> None:
    hold = staff.ask(store(desk))
    for by, role in ((staff.dpo, "case_keeper"), (staff.keeper, "dpo")):
        with pytest.raises(DatabaseError), transaction.atomic():
            Hold.objects.filter(pk=hold).update(placed_by=by, placed_role=role, placed_at=desk.ctx.now())
