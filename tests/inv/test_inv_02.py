"""INV-02: in one case nobody has two parts, for all time."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, event, holder, insert_allowed, insert_refused, put, refused

from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.models import Seat, SubmissionItem


def _seat(**changed: object) -> dict[str, object]:
    return {
        "id": "f" * 32, "case_id": None, "person": None, "role": "liaison", "role_set": "none", "chair": False,
        "begins": NOW,
    } | changed  # fmt: skip


def test_nobody_gets_a_second_part(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    for seat in Seat.objects.filter(case=case):
        for role, role_set in ((CaseRole.INTAKE, "assessment"), (CaseRole.INVESTIGATOR, "investigation")):
            if seat.role == role:
                continue
            insert_refused(
                "INV-|UNIQUE|unique|cases_seat", "cases_seat",
                **_seat(case_id=case.id, person=seat.person, role=role.value, role_set=role_set),
            )  # fmt: skip


def test_a_seat_in_another_set_than_its_role(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    insert_refused("cases_seat_role_in_its_set", "cases_seat",
                   **_seat(case_id=case.id, person="e" * 32, role="intake"))  # fmt: skip
    insert_refused("INV-02", "cases_seat",
                   **_seat(case_id=case.id, person="e" * 32, role="intake", role_set="assessment"))  # fmt: skip
    insert_allowed("cases_seat", **_seat(case_id=case.id, person="e" * 32))


def test_the_set_of_a_person_is_for_all_time(court: Desk) -> None:
    refused("append-only", "UPDATE cases_person_set SET role_set = 'panel'")
    refused("append-only", "DELETE FROM cases_person_set")
    refused("INV-04|INV-19", "UPDATE cases_seat SET role = 'panel', role_set = 'panel'")
    refused("never deleted", "DELETE FROM cases_seat")


def test_who_assessed_a_shared_item_is_first_assessor_here_too(court: Desk) -> None:
    done, other = case_in(State.EVIDENCE_ASSESSMENT), case_in(State.MEMBERSHIP_CHECK)
    seat = Seat.objects.get(case=done, role="assessor")
    item = SubmissionItem.objects.get(submission=done.submission_id).item_id
    put("cases_submission_item", submission_id=other.submission_id, item_id=item)
    if not Seat.objects.filter(case=other, person=seat.person).exists():
        put("cases_person_set", case_id=other.id, person=seat.person, role_set="assessment")
    insert_refused(
        "first assessor here|cases_seat", "cases_seat",
        **_seat(case_id=other.id, person=seat.person, role="intake", role_set="assessment"),
    )  # fmt: skip


def test_an_assessor_with_another_part_in_a_sharing_case_does_not_assess(court: Desk) -> None:
    case, other = case_in(State.MEMBERSHIP_CHECK), case_in(State.HEARING)
    assessor = Seat.objects.get(case=case, role="assessor").person
    item = SubmissionItem.objects.get(submission=case.submission_id).item_id
    row = {
        "id": "f" * 32, "item_id": item, "case_id": case.id, "assessor": assessor, "fitness": "fit",
        "author_link": "A", "act_type": "post", "provenance": "P1", "grade": "C1", "asked": False, "assessed_at": NOW,
    }  # fmt: skip
    insert_allowed("cases_item_assessment", **row)
    put("cases_submission_item", submission_id=other.submission_id, item_id=item)
    if not Seat.objects.filter(case=other, person=assessor).exists():
        put("cases_person_set", case_id=other.id, person=assessor, role_set="assessment")
        put("cases_seat", **_seat(case_id=other.id, person=assessor, role="intake", role_set="assessment"))
    insert_refused("INV-02", "cases_item_assessment", **row)


def test_nobody_acts_in_a_role_without_its_open_seat(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    asked = event(case, "T04a", State.MORE_INFO_REQUESTED, "assessor")
    insert_allowed("cases_event", **asked)
    insert_refused("INV-02", "cases_event", **asked | {"actor": holder(case, "intake")})
    insert_refused("INV-27", "cases_event", **asked | {"actor_role": "welfare_c"})
