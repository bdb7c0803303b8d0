"""The door for whoever was written to: one code opens one side, shows what is theirs to know, and admits nothing."""

from __future__ import annotations

import re
from datetime import date

import pytest
from tests.cast import signed_in, text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import CANARIES, Told, every_page, told
from tests.web.cases import story_room
from tests.web.cases.cases_room import received

from evenhand.procedure.clocks import ClockId
from evenhand.web.cases import clocks, own_bundle
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.models import Identity, Link, Message, Party, Reply, Seat
from evenhand.web.cases.refusals import Refused
from evenhand.web.cases.steps.reply import Channel, finish
from evenhand.web.cases.steps.service import clocks_of_served_letters
from evenhand.web.notices.models import Service
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow


def test_the_first_words_are_calm_and_say_what_where_and_what_can_be_done(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    plain = text_of(case.enter().get("/answer"))
    assert plain.startswith("Somebody has complained. Nothing has been decided. It is about something you are said")
    for words in (
        "The most that can follow", "It admits nothing", "please ring me", "Answer here", "Give me more time",
        "Bring somebody", "you muppet", "it will not be held against you", "https://chirp.example/1",
        "Nothing before it.", "Check it with its check code", "Your family, your doctor, a lawyer", "01 555 0100",
        "Its fingerprint", "27 February 2026",
    ):  # fmt: skip
        assert words in plain, words
    assert len(plain.split("Opening this page")[0].split()) <= 150
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_a_wrong_code_a_wrong_fact_and_another_side_s_code_are_one_answer(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    sender = case.story.party("complainant")
    sender.code_digest = code_digest("aaaa-aaaa-aaaa-aaaa")
    sender.save()
    answers = [
        visitor().post("/answer", {"code": code, "fact": fact})
        for code, fact in [
            ("bbbb-bbbb-bbbb-bbbb", "1234"),
            (case.code, "4321"),
            (case.code, ""),
            ("aaaa-aaaa-aaaa-aaaa", ""),
        ]
    ]
    bodies = {re.sub(r' value="[^"]*"', "", each.content.decode()) for each in answers}
    assert [each.status_code for each in answers] == [422] * 4
    assert len(bodies) == 1
    assert (
        case.enter(code=case.code.upper().replace("-", " "), fact=" 12-34 ")
        .get("/answer")
        .content.count(b"Nothing has been")
        == 1
    )


def test_a_flood_of_codes_is_told_to_wait_and_locks_nobody_out(
    room: Desk, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    from evenhand.web.intake import budget

    case = told(room, clock)
    monkeypatch.setitem(budget.PER_MINUTE, budget.Door.CODE, 2)
    answers = [visitor().post("/answer", {"code": "bbbb-bbbb-bbbb-bbbb"}) for _ in range(3)]
    assert "Try again in a minute" in answers[-1].content.decode()
    assert "Try again in a minute" not in answers[0].content.decode()
    clock.move(minutes=1)
    assert "Nothing has been decided" in case.enter().get("/answer").content.decode()


def test_the_page_in_german_keeps_every_word_of_the_door(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    client = case.enter()
    html = client.get("/answer", headers={"accept-language": "de"}).content.decode()
    for words in ("Jemand hat sich beschwert. Nichts ist entschieden.", "bitte rufen Sie mich an", "Hier antworten"):
        assert words in html, words
    for words in ("please ring me", "What exactly is alleged", "Whom you may tell"):
        assert words not in html, words


def test_letters_bear_a_name_that_tells_nothing(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    letter = re.findall(r"/answer/letter/([0-9a-f]{32})\"", client.get("/answer").content.decode())[0]
    answer = client.get(f"/answer/letter/{letter}")
    assert answer.headers["Content-Disposition"] == 'inline; filename="letter-2026-03-02.html"'
    assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    titles = [re.search(r"<title>(.*?)</title>", page.content.decode()) for page in every_page(client).values()]
    assert not [title for title in titles if title and ("omplain" in title[1] or case.case.number in title[1])]


def test_a_code_opens_one_side_of_one_case_and_nothing_else(room: Desk, clock: MovingClock) -> None:
    """INV-55: codes x sides x cases."""
    case = told(room, clock)
    other = received(room.ctx, code_digest=code_digest("cccc-cccc-cccc-cccc"))
    client = case.enter()
    own = set(re.findall(r"/answer/letter/([0-9a-f]{32})\"", client.get("/answer").content.decode()))
    from evenhand.web.notices.models import Letter

    for letter in Letter.objects.exclude(pk__in=own):
        assert client.get(f"/answer/letter/{letter.id}").status_code == 404
        assert client.get(f"/follow/letter/{letter.id}").status_code == 302
    assert client.get(f"/cases/{case.case.id}").status_code in {302, 404}
    assert client.get(f"/cases/{other.cases[0]}").status_code in {302, 404}
    assert "follow" in client.post("/follow/message", {"kind": "message", "text": "x"}).url
    follower = visitor()
    follower.post("/follow", {"code": "cccc-cccc-cccc-cccc"})
    for address in (
        "/answer/readers",
        "/answer/reply",
        "/answer/reply/1",
        "/answer/ring",
        *(f"/answer/letter/{i}" for i in own),
    ):
        assert follower.get(address).status_code == 302, address
    assert follower.post("/answer", {"code": "cccc-cccc-cccc-cccc"}).status_code == 422
    assert visitor().post("/follow", {"code": case.code}).status_code == 422
    assert not Message.objects.exists()


def test_opening_the_side_is_service_once_and_starts_the_time_to_answer(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    assert clocks.window(case.case, ClockId.REPLY, case.party.id).begins is None
    first = case.enter()
    first.get("/answer")
    first.get("/answer")
    case.enter().get("/answer")
    letters = re.findall(r"/answer/letter/([0-9a-f]{32})\"", first.get("/answer").content.decode())
    for letter in letters:
        assert first.get(f"/answer/letter/{letter}").status_code == 200
    opened = Service.objects.filter(letter__party=case.party.id, kind="opened")
    assert len(letters) == 2 and opened.count() == 2
    assert clocks.window(case.case, ClockId.REPLY, case.party.id).begins == room.ctx.now()
    assert clocks_of_served_letters(room.ctx) == 0
    assert not Reply.objects.exists(), "opening is never authorship"
    assert verify(room.ctx).exit_code == 0


def test_a_letter_that_came_back_starts_nothing(room: Desk, clock: MovingClock) -> None:
    """INV-45: a bounce starts no clock; posted again, it counts three working days later."""
    from evenhand.procedure.clocks import ServiceKind
    from evenhand.web.notices.actions import served
    from evenhand.web.notices.queries import letters_of
    from evenhand.web.record.unit import recording

    case = told(room, clock, formal=True)
    letter = next(row.id for row in letters_of(case.case.id, case.party.id) if row.notice == "N5")
    officer = ActorId(case.story.people["officer_1"])

    def happens(why: ServiceKind) -> None:
        with recording(actor=officer, ctx=room.ctx, purpose="post") as r:
            served(r, letter=letter, why=why, at=room.ctx.now())

    happens(ServiceKind.POSTED)
    clock.move(days=1)
    happens(ServiceKind.BOUNCED)
    clock.move(days=30)
    assert clocks_of_served_letters(room.ctx) == 0
    assert clocks.window(case.case, ClockId.REPLY, case.party.id).begins is None
    happens(ServiceKind.POSTED)
    clock.move(days=1)
    assert clocks_of_served_letters(room.ctx) == 0
    clock.move(days=6)
    assert clocks_of_served_letters(room.ctx) == 1
    assert clocks_of_served_letters(room.ctx) == 0
    window = clocks.window(case.case, ClockId.REPLY, case.party.id)
    assert window.begins > room.ctx.now().replace(day=1) and window.due > room.ctx.now()
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_nothing_the_sender_said_about_themselves_reaches_the_other_side(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    case.story.open_letters("complainant")  # so that the sender is among those who have read something
    client = case.enter()
    pages = every_page(client)
    assert len(pages) >= 8
    assert "the other side" in pages["/answer/readers"].content.decode()
    for address, page in pages.items():
        everything = page.content.decode() + "".join(f"{k}: {v}\n" for k, v in page.headers.items())
        for canary in (*CANARIES.values(), "canary", "complainant", "reporter"):
            assert canary.lower() not in everything.lower(), (address, canary)
    sender = case.story.party("complainant")
    assert sender.id not in "".join(page.content.decode() for page in pages.values())


def test_a_sender_who_is_protected_is_named_by_nothing(room: Desk, clock: MovingClock) -> None:
    """The name stands in the report alone; where it is withheld the page says so and who may be asked about it."""
    case = told(room, clock, formal=True)
    identity = Identity.objects.get(case=case.case)
    Identity.objects.filter(pk=identity.pk).update(answer="protect")
    html = case.enter().get("/answer").content.decode()
    assert "Who complains is not told to you" in html and "Their name stands" not in html


def test_the_side_closes_by_itself_and_by_hand(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    clock.move(minutes=29)
    assert "Nothing has been decided" in client.get("/answer").content.decode()
    clock.move(minutes=31)
    assert "The code in your letter" in client.get("/answer").content.decode()
    again = case.enter()
    again.post("/answer/close")
    assert again.get("/answer/readers").status_code == 302


def test_the_reply_is_saved_point_by_point_and_complete_when_they_say_so(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    client = case.enter()
    client.get("/answer")
    assert client.get("/answer/reply").url == "/answer/reply/1"
    assert client.post("/answer/reply/1", {"said": "mine", "text": ""}).url == "/answer/reply/2"
    assert client.post("/answer/reply/1", {"said": "mine", "text": ""}).status_code == 302
    assert Reply.objects.count() == 1, "the same answer twice is one"
    client.post("/answer/reply/2", {"said": "dispute", "text": "He asked for it."})
    assert client.get("/answer/reply").url == "/answer/reply/3"
    assert client.post("/answer/reply/3", {"text": ""}).url == "/answer/reply/check"
    client.post("/answer/reply/2", {"said": "accept", "text": "I am sorry."})
    html = client.get("/answer/reply/check").content.decode()
    assert "I am sorry." in html and "He asked for it." not in html and "left open" in html
    assert client.post("/answer/reply/1", {"said": "not a word"}).status_code == 422
    assert client.post("/answer/reply/check").url == "/answer"
    assert Reply.objects.filter(final=True).count() == 1
    assert client.get("/answer/reply/1").url == "/answer"
    assert client.post("/answer/reply/check").url == "/answer"
    assert Reply.objects.filter(final=True).count() == 1
    assert Reply.objects.filter(final=False).values_list("answer", flat=True).count() == 3
    assert verify(room.ctx).exit_code == 0


def test_before_formal_allegations_an_answer_is_never_the_last_one(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    client.post("/answer/reply/1", {"said": "not_me", "text": ""})
    assert "There are no formal allegations so far" in client.get("/answer/reply/check").content.decode()
    client.post("/answer/reply/check")
    assert Reply.objects.get().final is False
    with pytest.raises(Refused, match="no formal allegations"):
        finish(party=case.party, channel=Channel.PAGE, actor=ActorId(case.party.id), ctx=room.ctx)


def test_more_time_is_given_once_and_asks_nobody(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    client = case.enter()
    client.get("/answer")
    before = clocks.window(case.case, ClockId.REPLY, case.party.id).due
    assert client.post("/answer/more-time").status_code == 302
    after = clocks.window(case.case, ClockId.REPLY, case.party.id).due
    assert (after.date() - before.date()).days == 14 and case.case.due == after
    assert client.post("/answer/more-time").status_code == 400
    assert "Give me more time" not in client.get("/answer").content.decode()


def test_asking_to_be_rung_for_somebody_to_come_along_and_writing(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    client = case.enter()
    assert client.post("/answer/ring", {"number": "", "when": ""}).status_code == 422
    assert client.post("/answer/ring", {"number": "01 555 0199", "when": "evenings"}).url == "/answer"
    assert client.post("/answer/companion", {"helper": "companion", "words": "My sister"}).url == "/answer"
    assert client.post("/answer/message", {"text": "Large print, please."}).url == "/answer"
    assert client.post("/answer/message", {"text": " "}).status_code == 422
    kinds = Message.objects.order_by("at", "kind").values_list("kind", flat=True)
    assert list(kinds) == ["companion", "message"], "where to ring stands in no case"
    html = client.get("/answer").content.decode()
    assert "Large print, please." in html and "My sister" in html
    readers = client.get("/answer/readers").content.decode()
    assert "<li>you: <time" in readers and "First assessor (weighs what was sent" in readers
    assert not any(name in readers for name in case.story.people.ids), "roles and times only"
    assert verify(room.ctx).exit_code == 0


def test_a_leader_who_is_complained_about_sees_their_side_and_nothing_else(room: Desk, clock: MovingClock) -> None:
    from evenhand.web.people.actions import create_person, record_mandate
    from evenhand.web.people.roles import Office
    from evenhand.web.people.standing import PersonId
    from evenhand.web.record.ids import SYSTEM

    case = told(room, clock)
    leader = create_person(username="leader", password="pw", ctx=room.ctx).pk
    held = {"office": next(iter(Office)), "begins": date(2026, 1, 1), "ends": None}
    record_mandate(person=PersonId(leader), **held, actor=SYSTEM, ctx=room.ctx)
    Party.objects.filter(pk=case.party.id).update(account=leader)
    client = signed_in(leader)
    assert client.get(f"/cases/{case.case.id}").status_code in {403, 404}
    client.post("/answer", {"code": case.code, "fact": "1234"})
    assert "Nothing has been decided" in client.get("/answer").content.decode()
    assert client.get(f"/cases/{case.case.id}").status_code in {403, 404}


def test_an_officer_writes_down_an_answer_that_came_by_letter(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    case.enter().get("/answer")
    officer = case.story.people["officer_1"]
    from evenhand.web.cases.models import Allegation, Item

    item, allegation = Item.objects.get().id, Allegation.objects.get().id
    said = {
        "channel": "letter",
        f"i{item}": "not_me",
        f"a{allegation}-words": "I was on holiday.",
        "more_time": "on",
        "final": "on",
    }
    case.story.press(officer, "reply-by-letter", **said)
    assert set(Reply.objects.values_list("answer", "channel", "final")) == {
        ("not_me", "letter", False), ("other", "letter", False), ("other", "letter", True),
    }  # fmt: skip
    assert not case.enter().get("/answer").content.count(b"Give me more time")
    assert "You have said that your answer is complete" in case.enter().get("/answer").content.decode()


def test_an_officer_posts_a_letter_and_notes_the_address(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    officer = case.story.people["officer_1"]
    client = case.story.client(officer)
    address = f"/cases/{case.case.id}/post-letters"
    html = client.get(address).content.decode()
    assert "waits to be printed and posted" in html and "We know no address" in html
    letter = re.search(r'name="letter" value="([0-9a-f]{32})"', html).group(1)
    revision = str(case.case.revision)
    client.post(address, {"revision": revision, "party": case.party.id, "address": "1 Harbour Road\nQuillhaven"})
    assert "1 Harbour Road" in client.get(address).content.decode()
    early = client.post(address, {"revision": revision, "letter": letter, "on_day": "2026-03-09"})
    assert early.status_code == 400
    assert client.post(address, {"revision": revision, "letter": letter, "on_day": "2026-03-02"}).status_code == 302
    assert "Every letter has arrived or is on its way" in client.get(address).content.decode()


def provable(case: Told) -> list[bytes | None]:
    """Return the words of messages that this side's own bundle would prove."""
    theirs = own_bundle._theirs(case.party, case.story.ctx)
    acts = own_bundle._acts(case.party, theirs, case.story.ctx)
    return [own_bundle._words_of(act) for act in acts if act.type == "dialogue.recorded"]


def test_one_member_can_be_challenged_once_and_a_reviewer_answers(room: Desk, clock: MovingClock) -> None:
    from tests.web.cases import story_room

    from evenhand.procedure.roles import CaseRole

    case = told(room, clock, formal=True)
    story_room.to_panel(case.story)
    client = case.enter()
    html = client.get("/answer/challenge").content.decode()
    before = set(case.story.panel())
    seat = Seat.objects.get(case=case.case, role="panel", chair=False, member__kind="lay", ends=None)
    assert seat.id in html
    assert (
        client.post("/answer/challenge", {"seat": seat.id, "reasons": "We fell out over the crane."}).url == "/answer"
    )
    assert client.get("/answer/challenge").url == "/answer", "once"
    assert Link.objects.get().by_party
    reviewer = case.story.sits(CaseRole.REVIEWER)
    case.story.press(reviewer, "challenge", stays="no", reason="They should not have to sit beside each other.")
    assert "should not have to" not in case.enter().get("/answer").content.decode(), "not before the record was checked"
    assert set(case.story.panel()) == before
    asked, answer = b"We fell out over the crane.", b"They should not have to sit beside each other."
    assert provable(case) == [asked], "nor proved to the side before that"
    case.story.press(case.story.people["officer_1"], "challenge-record")
    assert provable(case) == [asked, answer]
    after = set(case.story.panel())
    assert len(after) == 3 and before - after == {seat.person}
    ended = Seat.objects.get(pk=seat.id)
    assert (ended.end_reason, ended.end_approver) == ("challenge", case.story.people["officer_1"])
    assert "should not have to" in case.enter().get("/answer").content.decode()
    from evenhand.web.cases.steps.panel.hearing import unanswered_challenges

    assert unanswered_challenges(case.case) == 0
    (new,) = after - before
    case.story.press(new, "conflict", conflict="none")
    html = case.enter().get("/answer").content.decode()
    assert html.count("The three people who consider it") == 2 * 2, "both sides are told who sits now"
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_the_first_words_answer_five_questions_before_anything_else(room: Desk, clock: MovingClock) -> None:
    """What of, by which rule, the most that can follow, what can I do, until when: all in the first list."""
    case = told(room, clock, formal=True)
    plain = text_of(case.enter().get("/answer"))
    first = plain[: plain.index("Opening this page")]
    for words in (
        "It is about something you are said", "The rule that day", "The most that can follow",
        "What you can do Answer here", "Your time to answer ends", "Dublin time", "Somebody to ring 01 555 0100",
    ):  # fmt: skip
        assert words in first, words
    assert "this later one counts" in plain, "the letter may name an earlier day"


def test_where_it_is_decided_the_page_says_so_and_no_time_runs(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock, formal=True)
    story_room.to_panel(case.story)
    answered = text_of(case.enter().get("/answer"))
    assert "Your time to answer ends" not in answered and "Nothing has been decided." in answered
    for step in (story_room.to_findings, story_room.to_outcome, story_room.to_reasons):
        step(case.story)
    story_room.past_review(case.story)
    page = case.enter().get("/answer")
    plain = text_of(page)
    assert plain.startswith("Somebody complained. It is now decided.")
    for words in (
        "Nothing has been decided",
        "The most that can follow",
        "You may delete it",
        "You hear from us again",
    ):
        assert words not in plain, words
    decision = re.findall(r'href="(/answer/letter/[0-9a-f]{32})">Read the decision', page.content.decode())
    assert "The reasons" in case.enter().get(decision[0]).content.decode()


def test_whoever_cannot_get_in_is_told_whom_to_ring_and_may_misread_a_letter(room: Desk, clock: MovingClock) -> None:
    case = told(room, clock)
    wrong = visitor().post("/answer", {"code": "bbbb-bbbb-bbbb-bbbb", "fact": "1"}).content.decode()
    assert "01 555 0100" in wrong and "never held against you" in wrong and "not the check code" in wrong
    assert code_digest("OLBG-o1b9") == code_digest("o1b9-0189") != code_digest("olbg-olba")
    misread = case.code.translate(str.maketrans("olbg", "0189"))
    assert "Nothing has been decided" in case.enter(code=misread).get("/answer").content.decode()


def test_the_letter_of_the_allegations_says_how_to_answer(room: Desk, clock: MovingClock) -> None:
    client = told(room, clock, formal=True).enter()
    letters = re.findall(r'/answer/letter/([0-9a-f]{32})"', client.get("/answer").content.decode())
    found = [client.get(f"/answer/letter/{each}").content.decode() for each in dict.fromkeys(letters)]
    first, formal = sorted(found, key=lambda html: "Formal allegations" in html)
    assert "last four letters or figures of your membership number" in first
    for words in ("/answer and enter the code from our first letter", "ring 01 555 0100", "the later day counts"):
        assert words in formal, words
