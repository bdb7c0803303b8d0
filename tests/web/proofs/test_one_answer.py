"""INV-48 and the words of the parties: member, former and never a member, every reason, one and the same to its sender.

And over the demonstration's cases in every stage: nothing a party reads, in either language, says a score, the result
of the look-up, a reason code or the internal name of a state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count

import pytest
from django.core import mail
from tests.cast import visitor
from tests.clock import MovingClock, room_of
from tests.databases import Desk, Template
from tests.kill import NIGHTLY
from tests.web.cases import story_room
from tests.web.cases.cases_room import Company, company
from tests.web.proofs.proofs_room import REGISTER, as_party, comparable, demonstration, received_code, reported

from evenhand.codes import builtin_text
from evenhand.context import Context
from evenhand.evidence.gates import GateCode
from evenhand.membership import MembershipResult
from evenhand.membership.register import read_register
from evenhand.procedure.outcomes import DismissalCode, ScopeCode
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.models import Case, Lookup, LookupAsk, Party, Seat
from evenhand.web.cases.seats import take
from evenhand.web.cases.steps.acknowledge import acknowledge
from evenhand.web.cases.steps.decide import checking
from evenhand.web.cases.steps.scope import answer_out_of_scope, approve_lookup, ask_lookup, confirm_scope
from evenhand.web.cases.steps.triage import Danger, look_for_danger
from evenhand.web.record.ids import ActorId
from evenhand.web.register.actions import load
from evenhand.web.rules.actions import publish_code

pytestmark = pytest.mark.slow

ARMS = {
    "member": ("chirp:harbour_gull", MembershipResult.BOTH),
    "former": ("chirp:harbour_tern", MembershipResult.FORMER),
    "unknown": ("chirp:harbour_nobody", MembershipResult.UNDETERMINED),
    "never": ("1009", MembershipResult.NEVER),
}
DAY = date(2026, 2, 27)


@dataclass
class Seen:
    """All that one sender got: pages, letters, headers, lengths, mail."""

    pages: dict[str, str]
    statuses: dict[str, int]
    headers: dict[str, list[str]]


@dataclass
class Room:
    desk: Desk
    clock: MovingClock
    people: Company


@pytest.fixture(scope="module")
def arms(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """People, rules and a register. No end is drawn for a check from outside: that has tests of its own (INV-34)."""
    clock = MovingClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    with (
        pytest.MonkeyPatch.context() as patch,
        room_of(clock, sqlite_template, tmp_path_factory.mktemp("arms") / "home") as desk,
    ):
        patch.setattr(checking, "_sampled", lambda _case, _decided_by: False)
        ctx = desk.ctx
        people = company(ctx, nonces=60)
        publish_code(
            text=builtin_text("general"), first_signer=people["officer_5"], second_signer=people["keeper"], ctx=ctx
        )
        load(register=read_register(REGISTER), actor=people["officer_5"], ctx=ctx)
        yield Room(desk, clock, people)


_POSTS = count(100)


def answered(room: Room, account: str, code: ScopeCode) -> tuple[Case, Seen]:
    """Return what the sender sees of a report that was answered with this reason, whoever it was about."""
    ctx = room.desk.ctx
    place = {"places": f"https://chirp.example/a/{next(_POSTS)}"}
    receipt = reported(visitor(), whom={"known": "yes", "name": "Somebody"}, where=place)
    code_of_sender = received_code(receipt)
    room.clock.move(minutes=1)
    case = Case.objects.select_related("submission").latest("received_at", "place_in_year")
    officer, second = room.people["officer_1"], room.people["officer_2"]
    take(case=case.id, role=CaseRole.INTAKE, person=officer, ctx=ctx)
    acknowledge(case=_again(case), actor=officer, pseudonym="Ash", ctx=ctx)
    room.clock.move(minutes=1)
    look_for_danger(case=_again(case), actor=officer, danger=Danger.NONE, ctx=ctx)
    ask_lookup(case=_again(case), account=account, purpose="A member?", on_day=DAY, actor=officer, ctx=ctx)
    approve_lookup(ask=LookupAsk.objects.get(case=case), actor=second, ctx=ctx)
    confirm_scope(case=_again(case), ask=LookupAsk.objects.get(case=case), actor=officer, ctx=ctx)
    waiting = _seen(code_of_sender)
    room.clock.move(minutes=1)
    assessor = ActorId(Seat.objects.get(case=case, role="assessor").person)
    answer_out_of_scope(case=_again(case), code=code, actor=assessor, ctx=ctx)
    after = _seen(code_of_sender)
    return case, Seen(
        {f"before {k}": v for k, v in waiting.pages.items()} | after.pages,
        waiting.statuses | after.statuses,
        after.headers,
    )


def _again(case: Case) -> Case:
    return Case.objects.select_related("submission").get(pk=case.pk)


def _seen(code: str) -> Seen:
    client, pages, statuses, headers = visitor(), {}, {}, {}
    opened = client.post("/follow", {"code": code})
    first = client.get("/follow")
    letters = re.findall(r'href="(/follow/letter/[0-9a-f]+)"', first.content.decode())
    answers = {"open": opened, "follow": first, "proof": client.get("/follow/proof")}
    answers |= {f"letter {n}": client.get(address) for n, address in enumerate(letters)}
    for name, answer in answers.items():
        pages[name] = comparable(answer.content.decode())
        statuses[name] = answer.status_code
        headers[name] = sorted(f"{k}: {comparable(v)}" for k, v in answer.headers.items() if k != "Content-Length")
    return Seen(pages, statuses, headers)


def test_every_reason_and_every_membership_reads_the_same_to_the_sender(arms: Room) -> None:
    """PROCEDURE T03a: one text for all codes, members or not; same pages, statuses, headers and lengths."""
    got: dict[str, Seen] = {}
    for name, (account, result) in ARMS.items():
        for code in ScopeCode if name == "never" else [ScopeCode.NOT_MEMBER]:
            case, seen = answered(arms, account, code)
            assert Lookup.objects.get(case=case).result == result.value
            assert _again(case).state == "out_of_scope"
            got[f"{name} {code}"] = seen
    first = next(iter(got.values()))
    assert {"follow", "before follow", "letter 1", "letter 2"} <= set(first.pages)
    for name, seen in got.items():
        assert seen.statuses == first.statuses, name
        assert seen.headers == first.headers, name
        for page, html in seen.pages.items():
            assert html.splitlines() == first.pages[page].splitlines(), (name, page)


def test_the_mail_says_nothing_whoever_it_is_about(arms: Room) -> None:
    from tests.web.proofs.proofs_room import ANSWERS

    assert ANSWERS["reach"] == {"reach": "code"}
    assert not [letter for letter in getattr(mail, "outbox", []) if "member" in letter.subject.lower()]


# --- the words of the parties, in every stage of the demonstration ---

# Words of ordinary English that are also names of states; PROCEDURE §2.6 uses them in sentences.
_ORDINARY = {
    "draft", "closed", "decided", "hearing", "spent", "withdrawn", "reopened", "charged", "informal", "received",
    "admitted", "merged", "acknowledged", "appealed", "kept", "locked", "erased", "anonymised", "paused", "triage",
}  # fmt: skip
INTERNAL = (
    {state.value for state in State if state.value not in _ORDINARY}
    | {code.value for code in ScopeCode}
    | {code.value.lower() for code in DismissalCode}
    | {code.value.lower() for code in GateCode}
    | {result.value for result in MembershipResult if result.value not in {"former", "never", "deceased", "both"}}
    | {"triage", "scope_code", "score", "perplexity", "machine_reason", "assessor_2", "sanction_rung", "out of scope",
       "unfit", "None", "Traceback", "gettext", "CaseRole", "State."}
)  # fmt: skip
_VISIBLE = (re.compile(r"<style>.*?</style>", re.DOTALL), re.compile(r"<script.*?</script>", re.DOTALL))


def readable(html: str) -> str:
    """Return what a person reads or is read aloud: text, titles, labels, file names; no addresses, no hidden values."""
    for pattern in _VISIBLE:
        html = pattern.sub(" ", html)
    spoken = re.findall(r'(?:title|alt|aria-label|placeholder)="([^"]*)"', html)
    return " ".join([re.sub(r"<[^>]+>", " ", html), *spoken])


def internal_words(text: str) -> list[str]:
    """Return every internal word in a text."""
    return [word for word in sorted(INTERNAL) if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)]


def test_the_lint_finds_what_it_looks_for() -> None:
    assert internal_words("<p>membership_check</p>") == ["membership_check"]
    assert internal_words("it was decided, a member") == []
    assert internal_words(readable('<p title="not_member">x</p>')) == ["not_member"]


@pytest.fixture(scope="module")
def late_room(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    clock = MovingClock(datetime(2026, 8, 3, 9, tzinfo=UTC) if NIGHTLY else datetime(2026, 3, 2, 9, tzinfo=UTC))
    with room_of(clock, sqlite_template, tmp_path_factory.mktemp("stages") / "home") as desk:
        yield Room(desk, clock, Company(desk.ctx, {}))


def test_no_party_reads_an_internal_word_at_any_step_of_a_whole_case(late_room: Room) -> None:
    """One contested case: after each step both sides look at everything that is there for them, in both languages."""
    if NIGHTLY:
        pytest.skip("the demonstration's cases hold this one")
    wrong: list[str] = []
    story = story_room.begin(late_room.desk, late_room.clock, code_digest=code_digest("abcd-efgh-ijkl-mnop"))
    for step in story_room.STEPS:
        step(story)
        last = step is story_room.STEPS[-1]
        wrong += _words_of_parties(story.case.id, step.__name__, "de" if last else "en", letters=last)
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.skipif(not NIGHTLY, reason="the demonstration takes a minute to build: EVENHAND_NIGHTLY=1")
def test_no_party_reads_an_internal_word_in_any_stage_of_the_demonstration(late_room: Room) -> None:
    plays = demonstration(late_room.desk, late_room.clock)
    assert len(plays) > 15
    wrong = []
    for stage, case in plays.items():
        for locale in ("en", "de"):
            wrong += _words_of_parties(case, stage, locale, letters=True)
    assert not wrong, "\n".join(sorted(set(wrong)))


def _words_of_parties(case: str, stage: str, locale: str, *, letters: bool) -> list[str]:
    wrong: list[str] = []
    for party in Party.objects.filter(case=case).exclude(code_digest=None):
        for address, html in _pages_of(party, locale, letters=letters):
            wrong += [f"{stage} {party.side} {address}: {word}" for word in internal_words(readable(html))]
    return wrong


def _pages_of(party: Party, locale: str, *, letters: bool) -> Iterator[tuple[str, str]]:
    client = as_party(party, Context.system())
    client.cookies["django_language"] = locale
    door = "/answer" if party.side == "respondent" else "/follow"
    first = client.get(door)
    assert first.status_code == 200
    html = first.content.decode()
    yield door, html
    links = set(re.findall(rf'href="({door}/[^"#]*)"', html))
    for address in sorted(links):
        if address.endswith(("/pdf", "/proof")) or ("/letter/" in address and not letters):
            continue
        answer = client.get(address, follow=True)
        assert answer.status_code == 200, address
        named = answer.headers.get("Content-Disposition", "")
        yield address, answer.content.decode() + f'<p title="{named}"></p>'
