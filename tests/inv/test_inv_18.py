"""INV-18: a draw is committed before it is made, with a secret promised before, once."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, insert_allowed, insert_refused, put, refused

from evenhand.procedure.states import State
from evenhand.web.cases.models import Draw, FrozenPool
from evenhand.web.cases.nonces import next_promised
from evenhand.web.cases.seats import check_draw


def test_a_draw_is_made_once_as_committed(court: Desk) -> None:
    draw = Draw.objects.filter(case=case_in(State.REPLY_WINDOW)).order_by("number")[0]
    for column, value in (("commitment", "0" * 64), ("transcript", "{}"), ("nonce", "0" * 64), ("number", 99)):
        refused("INV-18", f"UPDATE cases_draw SET {column} = %s WHERE id = %s", value, draw.id)
    refused("never deleted", "DELETE FROM cases_draw WHERE id = %s", draw.id)


def test_a_draw_needs_a_promised_unused_secret(court: Desk) -> None:
    case = case_in(State.REPLY_WINDOW)
    number = Draw.objects.filter(case=case).count() + 1
    draw = {
        "id": fresh(), "case_id": case.id, "number": number, "purpose": "reviewer", "commitment": "0" * 64,
        "committed_at": NOW, "forced": False, "transcript": "",
    }  # fmt: skip
    unused = next_promised()
    assert unused is not None
    insert_allowed("cases_draw", **draw, nonce_commitment=unused.commitment)
    insert_refused("INV-18", "cases_draw", **draw, nonce_commitment="1" * 64)
    used = Draw.objects.all()[0].nonce_commitment
    insert_refused("INV-18|UNIQUE|unique|never deleted", "cases_draw", **draw, nonce_commitment=used)
    early = draw | {"committed_at": "2026-03-01 00:00:00+00:00"}
    insert_refused("INV-18", "cases_draw", **early, nonce_commitment=unused.commitment)
    insert_refused("INV-18", "cases_draw", **draw | {"number": number + 1}, nonce_commitment=unused.commitment)
    made = {"nonce": "2" * 64, "drawn_at": NOW}
    insert_refused("INV-18", "cases_draw", **draw, **made, nonce_commitment=unused.commitment)


def test_a_promised_secret_stays(court: Desk) -> None:
    refused("append-only", "UPDATE cases_nonce SET sealed = 'x'")
    refused("append-only", "DELETE FROM cases_nonce")


def test_a_seat_follows_from_a_draw_of_its_case_and_role(court: Desk) -> None:
    case, other = case_in(State.REPLY_WINDOW), case_in(State.HEARING)
    draw = Draw.objects.get(case=other, purpose="panel")
    member = FrozenPool.objects.filter(case=case, member__kind="review").first()
    assert member is not None
    put("cases_person_set", case_id=case.id, person=member.member.person, role_set="review")
    seat = {
        "id": fresh(), "case_id": case.id, "person": member.member.person, "role": "reviewer", "role_set": "review",
        "chair": False, "begins": NOW, "member_id": member.member_id,
    }  # fmt: skip
    insert_refused("INV-18", "cases_seat", **seat, draw_id=draw.id)
    insert_refused("cases_seat_drawn", "cases_seat", **seat)


def test_every_draw_of_the_court_repeats(court: Desk) -> None:
    assert Draw.objects.count() > 30
    assert [draw.id for draw in Draw.objects.all() if check_draw(draw)] == []
