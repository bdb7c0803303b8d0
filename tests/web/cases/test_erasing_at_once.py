"""T-ERASE beside everything else: what comes in while a case is erased goes with it or is refused, nothing is half."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection
from tests.databases import Desk
from tests.web.cases.cases_story import Story
from tests.web.cases.cases_story import story as walked
from tests.web.cases.test_contact_step import png
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import new_key, store

from evenhand.errors import UsageError
from evenhand.ledger.checking import Verdict
from evenhand.procedure.states import State
from evenhand.web.cases import erasing as of_cases
from evenhand.web.cases.erasing import erase_case, scope_of
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.steps.files import add_file
from evenhand.web.record import erasing as of_record
from evenhand.web.record.ids import SYSTEM, KeyId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.unit import recording
from evenhand.web.record.verify import audit, verify
from evenhand.web.vault import erasing as of_vault
from evenhand.web.vault.erasing import Scope, scope_of_object
from evenhand.web.vault.erasing import erase as erase_object
from evenhand.web.vault.models import Erasure, VaultObject
from evenhand.web.vault.objects import derive, prepare
from evenhand.web.vault.scrubbing import check_all
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow
on_the_server = pytest.mark.parametrize("any_desk", ["postgresql"], indirect=True, ids=["server"])  # by day as well


def closed(desk: Desk) -> Story:
    return walked(desk.ctx, until=State.CLOSED)


def sender_of(told: Story) -> Party:
    return Party.objects.filter(case=told.case).exclude(side="respondent").select_related("case__submission").get()


def send(told: Story, number: int = 1) -> str:
    return add_file(party=sender_of(told), name=f"{number}.png", data=png() + bytes([number]), ctx=told.ctx)


def erase(staff: Staff, told: Story) -> None:
    erase_case(told.case, why=Why.REQUEST, first=staff.dpo, second=staff.keeper, ctx=told.ctx)


def erase_file(staff: Staff, file: str) -> None:
    erase_object(
        kind=Kind.OBJECT, target=file, why=Why.REQUEST, first=staff.dpo, second=staff.keeper,
        scope=scope_of_object(file), ctx=staff.desk.ctx,
    )  # fmt: skip


def all_holds(desk: Desk) -> bool:
    """Return whether no file and nothing of the record is called wrong."""
    close_read_windows(desk.ctx)
    found = [report for report in (verify(desk.ctx), audit(desk.ctx)) if report.verdict is not Verdict.VERIFIED]
    return not found and not check_all(desk.ctx).wrong


def once(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, then: Callable[[], object], *, first: bool) -> None:
    """Do something once, before (`first`) or after a function of a module is called the next time."""
    true, done = getattr(module, name), []

    def call(*args: Any, **kwargs: Any) -> Any:
        if done or not first:
            said = true(*args, **kwargs)
        if not done:
            done.append(1)
            then()
            if first:
                said = true(*args, **kwargs)
        return said

    monkeypatch.setattr(module, name, call)


def test_a_file_that_came_after_the_first_look_goes_with_its_case(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told, staff, sent = closed(room), Staff(room), []
    once(monkeypatch, of_cases, "scope_of", lambda: sent.append(send(told)), first=False)
    erase(staff, told)
    assert VaultObject.objects.get(pk=sent[0]).state == "erased" and all_holds(room)


def test_a_file_for_a_case_whose_erasure_began_is_refused_in_words(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told, staff, said = closed(room), Staff(room), []
    party = sender_of(told)

    def refused() -> None:
        with pytest.raises(UsageError, match="This case has been erased") as error:
            add_file(party=party, name="1.png", data=png(), ctx=told.ctx)
        said.append(error)

    once(monkeypatch, of_vault, "_destroy", refused, first=True)
    erase(staff, told)
    refused()
    assert len(said) == 2 and not Upload.objects.exists() and all_holds(room)


def test_a_file_that_is_sealed_as_the_erasure_begins_is_refused(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.cases.steps import files

    told, staff = closed(room), Staff(room)
    party = sender_of(told)
    once(monkeypatch, files, "prepare", lambda: _began(staff, told), first=False)
    with pytest.raises(UsageError, match="This case has been erased"):
        add_file(party=party, name="1.png", data=png(), ctx=told.ctx)
    assert not Upload.objects.exists() and all_holds(room)


def _began(staff: Staff, told: Story) -> None:
    """Begin the erasure of a case, cut short before any key is destroyed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_vault, "_finish", lambda *_: None)
        erase(staff, told)


def test_the_copy_of_a_file_that_is_being_erased_is_not_kept(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.vault import objects

    told, staff = closed(room), Staff(room)
    file = send(told)
    once(monkeypatch, objects, "prepare", lambda: erase_file(staff, file), first=False)
    with pytest.raises(UsageError, match="erased"):
        derive(of=file, method="shout", data=b"a copy", actor=SYSTEM, purpose="test", ctx=room.ctx)
    assert VaultObject.objects.count() == 1 and all_holds(room)


def test_the_bytes_that_went_with_another_file_are_not_taken_for_there(desk: Desk) -> None:
    staff, key = Staff(desk), new_key(desk)
    one = store(desk, key=key)
    with pytest.MonkeyPatch.context() as patch:
        true = prepare

        def late(*args: Any, **kwargs: Any) -> Any:
            made = true(*args, **kwargs)
            erase_file(staff, one)
            return made

        patch.setattr("tests.web.vault.vault_room.prepare", late)
        with pytest.raises(UsageError, match="being erased at this moment"):
            store(desk, key=key)
    assert not check_all(desk.ctx).wrong


def test_what_an_older_erasure_left_half_goes_by_itself(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told, staff, sent = closed(room), Staff(room), []
    with monkeypatch.context() as before:
        before.setattr(of_cases, "_as_it_is", lambda *_: scope)
        scope = scope_of(told.case)
        once(before, of_cases, "_posts", lambda: sent.append(send(told)), first=False)
        erase(staff, told)
    assert check_all(room.ctx).wrong == ((sent[0], "no_key"),) and not all_holds(room)
    erase_file(staff, sent[0])
    assert VaultObject.objects.get(pk=sent[0]).state == "erased" and all_holds(room)
    assert not Erasure.objects.filter(ended_at=None).exists()
    with pytest.raises(UsageError, match="This was erased already, at"):
        erase_file(staff, sent[0])


def test_a_file_that_went_with_its_case_is_not_erased_twice_and_nothing_gone_is_held(room: Desk) -> None:
    told, staff = closed(room), Staff(room)
    file = send(told)
    waiting = staff.ask(file)
    erase(staff, told)
    with pytest.raises(UsageError, match="This was erased already, at 20"):
        erase_file(staff, file)
    for target, kind in ((file, Kind.OBJECT), (told.case_id, Kind.CASE)):
        with pytest.raises(UsageError, match="This was erased already, at 20"):
            staff.ask(target, kind)
    with pytest.raises(UsageError, match="This was erased already, at 20"):
        of_holds_place(staff, waiting)
    assert all_holds(room)


def of_holds_place(staff: Staff, hold: str) -> None:
    from evenhand.web.vault.holds import place_hold

    place_hold(hold=hold, person=staff.keeper, ctx=staff.desk.ctx)


def test_a_file_erased_while_it_is_compared_raises_no_alarm(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from evenhand.web.vault import scrubbing

    told, staff = closed(room), Staff(room)
    file = send(told)
    once(monkeypatch, scrubbing, "unwrap", lambda: erase_file(staff, file), first=False)
    assert not check_all(room.ctx).wrong


class Beside:
    """Something done in a thread and on a connection of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.error: Exception | None = None
        self._work = work
        self._thread = threading.Thread(target=self._do)
        self._thread.start()

    def _do(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 told to whoever waits
            self.error = error
        finally:
            connection.close()

    def waits(self, seconds: float = 1.0) -> bool:
        """Return whether it is not over after a moment."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def ended(self) -> Exception | None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.error


@pytest.mark.postgresql
@on_the_server
def test_what_is_written_beside_an_erasure_is_not_called_tampering(
    any_room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, staff, other = closed(any_room), Staff(any_room), new_key(any_room)
    true, beside = of_record.check_documents, []

    def documents(keys: Any) -> Iterator[Any]:
        yield from true(keys)
        if not beside:  # the documents are read, the rows are not yet
            beside.append(Beside(lambda: store(any_room, key=other)))
            assert beside[0].waits(), "it ends when the erasure's unit does"

    monkeypatch.setattr(of_record, "check_documents", documents)
    erase(staff, told)
    assert beside[0].ended() is None and VaultObject.objects.count() == 1 and all_holds(any_room)


@pytest.mark.postgresql
@on_the_server
def test_an_erasure_waits_for_a_file_that_is_coming_in_and_takes_it_along(
    any_room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evenhand.web.cases.steps import files

    told, staff, beside = closed(any_room), Staff(any_room), []

    def begin() -> None:
        beside.append(Beside(lambda: erase(staff, told)))
        assert beside[0].waits(3)

    once(monkeypatch, files, "check_blob", begin, first=True)
    file = send(told)
    assert beside[0].ended() is None
    assert VaultObject.objects.get(pk=file).state == "erased" and all_holds(any_room)


def _written(desk: Desk, key: KeyId) -> None:
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="test") as r:
        r.add(type="dialogue.recorded", key=key, body={}, commitments={"sent": b"a word"})


@pytest.mark.postgresql
@pytest.mark.parametrize("any_desk", ["sqlite", "postgresql"], indirect=True, ids=["file", "server"])
def test_nothing_is_written_under_a_key_whose_erasure_began(any_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    staff, key = Staff(any_desk), new_key(any_desk)
    refused: list[object] = []

    def write() -> None:
        with pytest.raises(DatabaseError, match="was erased: nothing is written under its key") as error:
            _written(any_desk, key)
        refused.append(error)

    _written(any_desk, key)
    once(monkeypatch, of_vault, "_destroy", write, first=True)  # on record, and its keys still there
    of_vault.erase(
        kind=Kind.CASE, target="f" * 32, why=Why.REQUEST, first=staff.dpo, second=staff.keeper,
        scope=Scope(keys=frozenset({key})), ctx=any_desk.ctx,
    )  # fmt: skip
    assert refused and all_holds(any_desk)
