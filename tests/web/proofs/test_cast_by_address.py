"""Everybody x every address x GET and POST, against the role table of PROCEDURE §1.2 and §2.3 written out by hand.

Who holds no seat cannot tell a case of others from an id that never was: same status, same bytes (INV-01, INV-47).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from tests.cast import visitor
from tests.clock import MovingClock, room_of
from tests.databases import Desk, Template
from tests.kill import NIGHTLY
from tests.web.cases import story_room
from tests.web.cases.cases_room import received
from tests.web.cases.story_room import Story, begin
from tests.web.proofs.proofs_room import as_party, comparable

from evenhand.context import Context
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.models import Case, Event, Party, Seat
from evenhand.web.cases.seats import take
from evenhand.web.people.actions import create_person, grant_role, record_mandate
from evenhand.web.people.models import User
from evenhand.web.people.roles import Office, Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.unit import recording

pytestmark = pytest.mark.slow

UNKNOWN = "f" * 32
INTAKE, A1, A2, A3 = "intake", "assessor", "second_assessor", "charge_assessor"
# PROCEDURE §2.3, column "Actor", by the address of the page. "*": whoever holds a seat.
TAKES: dict[str, set[str]] = {
    "acknowledge": {INTAKE}, "triage": {INTAKE}, "join": {INTAKE}, "look-up": {INTAKE}, "membership": {INTAKE},
    "out-of-scope": {A1}, "blind": {A1}, "items": {A1}, "route": {A1}, "ask": {A1}, "answer-taken": {A1},
    "dismiss": {A1, A2}, "risk": {A1}, "protection": {A1, INTAKE}, "allege": {A1}, "investigate": {A1},
    "search": {"investigator", A3}, "facts": {"investigator"}, "prospect-blind": {A3}, "prospect": {A3},
    "formal": {A3}, "reply-by-letter": {INTAKE, A3}, "post-letters": {INTAKE, A1, "investigator", A3},
    "conflict": {"panel"}, "hearing": {"panel"}, "vote": {"panel"}, "find": {"panel"}, "what-follows": {"panel"},
    "reasons": {"panel"}, "papers": {"panel", "reviewer"}, "review": {"reviewer"}, "challenge": {"reviewer"},
    "challenge-record": {INTAKE}, "dialogue": {INTAKE, A1, "investigator", A3}, "files": {INTAKE, A1, "investigator"},
    "bundle": {INTAKE, A1, "investigator"}, "evidence": {INTAKE, A1, "investigator"},
    "cover": {INTAKE, A1, "investigator"},
    "contact": {"*"}, "recuse": {"*"}, "language": {INTAKE, A1, "investigator", A3},
    "new-code": {INTAKE}, "take-back": {INTAKE, A1, "investigator", A3},
    "delay": {INTAKE, A1, A2, A3, "investigator", "interim_panel", "interim_challenge", "interim_countersign", "panel",
              "reviewer", "appeal_panel", "reopening_panel"},
}  # fmt: skip
# What is sent there is taken however the case has moved meanwhile.
ANYTIME = {"recuse", "dialogue", "files", "evidence", "cover", "bundle", "contact", "language", "new-code"}
OFFICER, PANEL, REVIEWER, CHARGE = "officer", "panel", "reviewer", "charge_assessor"
AUDITOR, KEEPER, WELFARE, CHAIR = "auditor", "case_keeper", "welfare", "restricted"
SEATED = {OFFICER, PANEL, REVIEWER, CHARGE, "dpo", "liaison"}
# PROCEDURE §1.2 by address; what is not named here is open to everybody.
ROOMS: dict[str, set[str]] = {
    "cases": SEATED, "approvals": {OFFICER}, "erasures": {"dpo", KEEPER},
    "desk": SEATED, "desk_acknowledge": {OFFICER}, "desk_unit": {OFFICER},
    "away": {OFFICER}, "welfare": {WELFARE},
    "desk_wave": {OFFICER}, "desk_waves": {OFFICER}, "audit_figures": {AUDITOR},
    "contact": SEATED | {AUDITOR, KEEPER, WELFARE, CHAIR}, "audit": {AUDITOR}, "keeper": {KEEPER},
    "desk_leads": {OFFICER}, "desk_not_abuse": {OFFICER}, "desk_undo": {OFFICER}, "rules": {OFFICER, KEEPER},
    "rules_proposal": {OFFICER, KEEPER}, "rules_sign": {OFFICER, KEEPER}, "rules_withdraw": {OFFICER, KEEPER},
    "register": {OFFICER}, "register_check": {OFFICER}, "register_load": {OFFICER},
    "report_take_down": {OFFICER}, "desk_missed": {OFFICER}, "desk_labels": {OFFICER}, "desk_sample": {OFFICER},
    "desk_refits": {OFFICER, KEEPER}, "desk_refit_propose": {OFFICER, KEEPER}, "desk_refit_approve": {OFFICER, KEEPER},
    "desk_refit_end": {OFFICER, KEEPER},
    "imports": {OFFICER}, "import_begin": {OFFICER}, "import_one": {OFFICER}, "import_piece": {OFFICER},
    "import_start": {OFFICER}, "imports_kept": {OFFICER}, "imports_alike": {OFFICER}, "holds": {"dpo", KEEPER},
    "handed_in": {OFFICER}, "handed_in_one": {OFFICER}, "handed_in_picture": {OFFICER},
}  # fmt: skip
ALONE = {"chair": CHAIR, "nothing": "", "auditor": AUDITOR, "sysadmin": "sysadmin", "welfare": WELFARE, "dpo": "dpo"}
METHODS = ("get", "post")


@dataclass
class Court:
    """One case at the panel, another report beside it, and a browser for everybody."""

    story: Story
    other: str
    clients: dict[str, Client]
    roles: dict[str, str]

    def seats(self, person: str) -> set[str]:
        """What a person holds in the case; nothing for a restricted office."""
        if person in {"nobody", "chair"}:
            return set()
        held = Seat.objects.filter(case=self.story.case, person=self.id_of(person), ends=None)
        return {str(role) for role in held.values_list("role", flat=True)}

    def id_of(self, person: str) -> str:
        if person in self.story.people.ids:
            return str(self.story.people[person])
        return str(User.objects.get(username={"excluded": "officer_4"}.get(person, person)).pk)


@pytest.fixture(scope="module")
def court(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    clock = MovingClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with room_of(clock, sqlite_template, tmp_path_factory.mktemp("cast") / "home") as desk:
        yield _court(desk, clock)


def _court(desk: Desk, clock: MovingClock) -> Court:
    story = begin(desk, clock, code_digest=code_digest("abcd-efgh-ijkl-mnop"))
    officer_4 = str(story.people["officer_4"])
    # A second report, which names officer_4 as somebody who must not see it.
    other = received(desk.ctx, excluded=(officer_4,), code_digest=code_digest("qrst-uvwx-yz23-4567")).cases[0]
    alone = {name: _person(name, role, desk.ctx) for name, role in ALONE.items()}
    take(case=story.case.id, role=CaseRole.LIAISON, person=alone["chair"], ctx=desk.ctx)
    with recording(actor=SYSTEM, ctx=desk.ctx, purpose="set up"):
        since = desk.ctx.now().date() - timedelta(days=9)
        record_mandate(
            person=PersonId(alone["chair"]), office=Office.LEADER, begins=since, ends=None, actor=SYSTEM, ctx=desk.ctx
        )
    for act in (story_room.to_assessor, story_room.to_assessed, story_room.to_investigation, story_room.to_formal):
        act(story)
    story_room.to_panel(story)
    holders = {str(row.person) for row in Seat.objects.filter(case=story.case, ends=None)}
    people = {name: story.people[name] for name in story.people.ids if story.people[name] in holders}
    idle = ("officer_1", "officer_2", "officer_3", "officer_5", "lay_1", "lay_2", "reviewer_1", "keeper")
    people |= {name: story.people[name] for name in idle}
    clients = {"nobody": visitor()} | {name: story.client(str(person)) for name, person in people.items()}
    clients |= {name: story.client(person) for name, person in alone.items()}
    clients["excluded"] = story.client(officer_4)
    return Court(story, other, clients, {name: _role_of(name) for name in clients})


def _person(name: str, role: str, ctx: Context) -> str:
    with recording(actor=SYSTEM, ctx=ctx, purpose="set up"):
        person = str(create_person(username=name, password="pw", ctx=ctx).pk)
        for wanted in ("officer", "liaison") if role == CHAIR else (role,) if role else ():
            grant_role(person=PersonId(person), role=Role(wanted), actor=SYSTEM, ctx=ctx)
    return person


def _role_of(name: str) -> str:
    kinds = {"legal": PANEL, "expert": PANEL, "lay": PANEL, "charge": CHARGE, "keeper": KEEPER, "excluded": OFFICER}
    first = name.split("_", maxsplit=1)[0]
    return ALONE.get(name, kinds.get(first, first if name != "nobody" else ""))


def addresses(patterns: Any = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (name, route) of every address there is."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield pattern.name, "/" + before + str(pattern.pattern)


def filled(route: str, **known: str) -> str:
    """Return an address of a route: what is not known is an id that never was, or the number 1."""
    unknown = {"int:": "1"}
    return re.sub(
        r"<(\w+:)?(\w+)>", lambda found: known.get(found.group(2), unknown.get(found.group(1), UNKNOWN)), route
    )


OF_CASES = sorted((name, route) for name, route in addresses() if "<str:case>" in route)
SLUGS = {route.rpartition("/")[2]: name for name, route in OF_CASES if name not in {"case", "case_letter"}}


def test_the_table_names_every_page_of_a_case_and_nobody_else_s() -> None:
    from evenhand.web.cases.steps.base import _STEPS

    assert set(SLUGS) == set(TAKES)
    for slug, (step, _view) in _STEPS.items():
        assert {role.value for role in step.roles} == TAKES[slug] - {"*"}, slug


def test_every_room_that_is_not_public_is_in_the_table() -> None:
    from evenhand.web.people.gates import gate_of

    patterns = {name: route for name, route in addresses() if "<str:case>" not in route}
    views = {p.name: p.callback for p in _flat(get_resolver().url_patterns)}
    assert {name for name in patterns if gate_of(views[name])} == set(ROOMS)


def _some_of(clients: dict[str, Client], address: str) -> dict[str, Client]:
    """By night everybody; by day whoever is not signed in and four others, different ones at each address."""
    chosen = clients if NIGHTLY else {"nobody", *random.Random(address).sample(sorted(clients), min(4, len(clients)))}
    return {who: client for who, client in clients.items() if who in chosen}


def _flat(patterns: Any) -> Iterator[Any]:
    for pattern in patterns:
        yield from _flat(pattern.url_patterns) if hasattr(pattern, "url_patterns") else [pattern]


@pytest.mark.parametrize("name,route", OF_CASES, ids=[name for name, _ in OF_CASES])
def test_who_holds_no_seat_cannot_tell_a_case_from_no_case(court: Court, name: str, route: str) -> None:
    """404 with the same bytes for a case of others, a case that excludes them, and an id that never was."""
    before = Event.objects.count()
    outsiders = {who: client for who, client in court.clients.items() if not court.seats(who)}
    for who, client in _some_of(outsiders, name).items():
        pages = {}
        for case in (court.story.case.id, UNKNOWN):
            for method in METHODS:
                answer = getattr(client, method)(
                    filled(route, case=case), {"revision": "1"} if method == "post" else {}
                )
                led = comparable(answer.headers.get("Location", ""))
                named = sorted(set(answer.headers) - {"Content-Length"})
                pages[case, method] = (answer.status_code, led, named, comparable(answer.content.decode()))
        for method in METHODS:
            assert pages[court.story.case.id, method] == pages[UNKNOWN, method], (who, method)
            assert pages[UNKNOWN, method][0] in ({302, 405} if who == "nobody" else {404, 405}), (who, method)
    assert Event.objects.count() == before


@pytest.mark.parametrize("slug", sorted(TAKES))
def test_a_page_is_there_for_the_roles_of_the_table_and_no_other(court: Court, slug: str) -> None:
    """Whoever takes no such step gets 403; whose step it is, the page or "the case has moved on"."""
    events = Event.objects.count()
    for who, client in court.clients.items():
        held = court.seats(who)
        if not held:
            continue
        address = f"/cases/{court.story.case.id}/{slug}"
        takes = TAKES[slug] == {"*"} or bool(held & TAKES[slug])
        shown = client.get(address).status_code
        assert shown in ({200, 409} if takes else {403}), (who, held, shown)
        if not takes or slug not in ANYTIME:
            sent = client.post(address, {"revision": "0"}).status_code
            assert sent == (409 if takes else 403), (who, held, sent)
    assert Event.objects.count() == events


def test_a_case_that_excludes_somebody_is_not_there_for_them_in_no_list_and_no_count(court: Court) -> None:
    case = Case.objects.get(pk=court.other)
    assert case.state == "received"
    named, other = court.clients["excluded"], court.clients["officer_5"]
    for name, route in OF_CASES:
        for method in METHODS:
            assert getattr(named, method)(filled(route, case=case.id)).status_code in {404, 405}, (name, method)
    for address in ("/cases", "/desk", "/desk/unit", "/desk/acknowledge", "/approvals", "/contact"):
        assert case.number not in named.get(address).content.decode(), address
    assert case.number in other.get("/cases").content.decode()
    assert other.get(f"/cases/{case.id}").status_code == 200


def test_a_restricted_office_opens_no_room_but_the_contact_note(court: Court) -> None:
    chair = court.clients["chair"]
    assert Seat.objects.filter(case=court.story.case, person=court.id_of("chair"), ends=None).exists()
    for name, route in addresses():
        if name not in ROOMS and "<str:case>" not in route:
            continue
        for method in METHODS:
            status = getattr(chair, method)(filled(route)).status_code
            assert (status not in {403, 404}) if name == "contact" else status in {403, 404, 405}, (
                name,
                method,
                status,
            )


ROOM_ROUTES = sorted((name, route) for name, route in addresses() if name in ROOMS)


@pytest.mark.parametrize("name,route", ROOM_ROUTES, ids=[name for name, _ in ROOM_ROUTES])
def test_a_room_is_open_to_the_roles_of_the_table(court: Court, name: str, route: str) -> None:
    for who, client in court.clients.items():
        for method in METHODS:
            answer = getattr(client, method)(filled(route))
            status = answer.status_code
            if who == "nobody":
                assert status == 405 or answer["Location"].startswith("/account/login/"), (name, method)
            elif court.roles[who] in ROOMS[name]:
                assert status != 403, (who, method)
            else:
                assert status in {403, 404, 405}, (who, method, status)


# --- sides by code (INV-55) ---

FOLLOW = sorted(route for _name, route in addresses() if route.startswith("/follow"))
ANSWER = sorted(route for _name, route in addresses() if route.startswith("/answer"))


def test_a_side_opens_one_side_of_one_case_and_nothing_else(court: Court) -> None:
    from evenhand.web.notices.models import Letter

    case, ctx = court.story.case, court.story.ctx
    letters = {row.id: row.party for row in Letter.objects.all()}
    sides = {side: Party.objects.get(case=case, side=side) for side in ("complainant", "respondent")}
    sides["other"] = Party.objects.get(case=court.other)
    doors = {"complainant": "/follow", "respondent": "/answer", "other": "/follow"}
    assert {sides[side].id for side in ("complainant", "respondent")} <= set(letters.values())
    for side, party in sides.items():
        client = as_party(party, ctx)
        for letter, owner in letters.items():
            for door in ("/follow", "/answer"):
                status = client.get(f"{door}/letter/{letter}").status_code
                wanted = 302 if door != doors[side] else 200 if owner == party.id else 404
                assert status == wanted, (side, door)
        foreign = ANSWER if doors[side] == "/follow" else FOLLOW
        for route in foreign:
            for method in METHODS:
                client = as_party(party, ctx)
                status = getattr(client, method)(filled(route, place="1")).status_code
                assert status in {302, 405, 422} or (route == foreign[0] and status == 200), (
                    side,
                    route,
                    method,
                    status,
                )
        for _name, route in OF_CASES:
            assert as_party(party, ctx).get(filled(route, case=case.id)).status_code == 302, (side, route)


def test_a_wrong_code_and_the_code_of_the_other_door_read_the_same(court: Court) -> None:
    pages = set()
    for code in ("aaaa-bbbb-cccc-dddd", "2222-3333-4444-5555"):
        answer = visitor().post("/follow", {"code": code})
        pages.add((answer.status_code, comparable(answer.content.decode()).replace("CODE", "")))
    assert len(pages) == 1
