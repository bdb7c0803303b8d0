"""INV-11, INV-12, INV-13: a contact is flagged when known, filed in ten seconds, counted once, never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.databases import Desk
from tests.web.cases.cases_room import Company, company, later, received, seated

from evenhand.errors import UsageError
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.contacts import CATEGORIES, Channel, Note, count_of, file_contact, flag_contact, unfiled
from evenhand.web.cases.models import Case, Contact, ContactFlag
from evenhand.web.people.roles import Office
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify


@pytest.fixture
def taken(desk: Desk) -> tuple[Desk, Company, Case]:
    people = company(desk.ctx, nonces=0)
    case = received(desk.ctx).cases[0]
    seated(case, people["officer_1"], CaseRole.INTAKE, desk.ctx)
    return desk, people, Case.objects.get()


def note(desk: Desk, person: str, **changed: object) -> Note:
    said: dict[str, object] = {
        "recipient": person, "category": "press", "channel": Channel.TELEPHONE, "happened_at": desk.ctx.now(),
        "text": "Asked who complained. I said nothing.",
    }  # fmt: skip
    return Note(**(said | changed))


def test_a_note_is_sealed_and_its_author_known(taken: tuple[Desk, Company, Case]) -> None:
    desk, people, case = taken
    officer = people["officer_1"]
    filed = file_contact(case=case, note=note(desk, officer), actor=officer, ctx=desk.ctx)
    row = Contact.objects.get(pk=filed)
    assert (row.recipient, row.filed_by, row.category) == (officer, officer, "press")
    text = open_texts([row.text], actor=officer, purpose="read", ctx=desk.ctx)[row.text]
    assert text.startswith("Asked who complained")
    assert [finding for finding in verify(desk.ctx).findings if finding.verdict == "failed"] == []


def test_anybody_files_also_without_a_seat_and_gains_nothing_by_it(taken: tuple[Desk, Company, Case]) -> None:
    desk, people, case = taken
    outsider = people["legal_1"]
    filed = file_contact(case=case, note=note(desk, outsider), actor=outsider, ctx=desk.ctx)
    with pytest.raises(UsageError, match="no seat"):
        open_texts([Contact.objects.get(pk=filed).text], actor=outsider, purpose="read", ctx=desk.ctx)


def test_a_flag_is_settled_by_its_recipients_note_the_oldest_first(taken: tuple[Desk, Company, Case]) -> None:
    desk, people, case = taken
    officer, other = people["officer_1"], people["officer_2"]
    first = flag_contact(case=case, recipient=officer, actor=other, ctx=desk.ctx)
    flag_contact(case=case, recipient=officer, actor=other, ctx=later(desk.ctx, minutes=1))
    file_contact(case=case, note=note(desk, other), actor=other, ctx=desk.ctx)
    assert unfiled(case.id, officer) == 2
    filed = file_contact(case=case, note=note(desk, officer), actor=officer, ctx=desk.ctx)
    assert ContactFlag.objects.get(pk=first).contact_id == filed
    assert unfiled(case.id, officer) == 1


def test_a_correction_is_another_note_and_no_second_contact(taken: tuple[Desk, Company, Case]) -> None:
    desk, people, case = taken
    officer = people["officer_1"]
    filed = file_contact(case=case, note=note(desk, officer), actor=officer, ctx=desk.ctx)
    better = note(desk, officer, corrects=filed, text="It was the weekly, not the daily.")
    file_contact(case=case, note=better, actor=officer, ctx=desk.ctx)
    assert (Contact.objects.count(), count_of(case.id)) == (2, 1)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"text": "  "}, "the note is empty"),
        ({"category": "muppet"}, "no category of contact"),
        ({"corrects": "f" * 32}, "not in this case"),
    ],
)
def test_a_note_that_cannot_be_used(taken: tuple[Desk, Company, Case], changed: dict[str, object], words: str) -> None:
    desk, people, case = taken
    officer = people["officer_1"]
    with pytest.raises(UsageError, match=words):
        file_contact(case=case, note=note(desk, officer, **changed), actor=officer, ctx=desk.ctx)
    tomorrow = note(desk, officer, happened_at=desk.ctx.now() + timedelta(days=1))
    with pytest.raises(UsageError, match="in the future"):
        file_contact(case=case, note=tomorrow, actor=officer, ctx=desk.ctx)
    assert Contact.objects.count() == 0


def test_every_restricted_office_is_a_category() -> None:
    assert {office.value for office in Office} <= set(CATEGORIES)
