"""Care for both sides: words of distress reach welfare and nobody who decides; help stands on the page at once."""

from __future__ import annotations

import pytest
from tests.cast import text_of
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.answer.answer_room import Told, told
from tests.web.cases.story_room import follower
from tests.web.notices.notices_room import LETTERS_TOML

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Exclusion, Message
from evenhand.web.people.actions import create_person, grant_role
from evenhand.web.people.roles import Role
from evenhand.web.people.standing import PersonId
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.keyservice.protocol import KeyRefused
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify
from evenhand.web.welfare.models import Call
from evenhand.web.welfare.queries import waiting_for
from evenhand.web.welfare.telling import tell_welfare, write

pytestmark = pytest.mark.slow

HELP = 'welfare_mail = "care@quillhaven.example"\nhelp = ["The Harbour Line: 116 123"]\n'


@pytest.fixture
def case(room: Desk, clock: MovingClock) -> Told:
    opened = told(room, clock)
    (room.home.root / "letters.toml").write_text(f'{HELP}{LETTERS_TOML}[de]\nhelp = ["Das Hafentelefon: 116 123"]\n')
    return opened


def welfare(case: Told, name: str = "welfare_1") -> ActorId:
    person = create_person(username=name, password="pw", ctx=case.story.ctx).pk
    grant_role(person=PersonId(person), role=Role.WELFARE, actor=SYSTEM, ctx=case.story.ctx)
    return ActorId(str(person))


def test_words_of_distress_bring_help_at_once_and_a_call_within_a_day(case: Told) -> None:
    helper = welfare(case)
    client = case.enter()
    assert "You are not alone" not in text_of(client.get("/answer"))
    client.post("/answer/message", {"text": "I can’t take it any more, I do not sleep."})
    page = text_of(client.get("/answer"))
    for words in (
        "You are not alone with this",
        "3 March 2026, 09:00 UTC",
        "The Harbour Line: 116 123",
        "ring 112 now",
    ):
        assert words in page, words
    german = text_of(client.get("/answer", headers={"accept-language": "de"}))
    assert "Das Hafentelefon: 116 123" in german and "The Harbour Line" not in german
    (call,) = waiting_for(helper, case.story.ctx)
    assert (call.note.number, call.note.side, call.note.asked) == (case.case.number, "respondent", False)
    shown = text_of(case.story.client(helper).get("/calls"))
    assert case.case.number in shown and "can’t take it" not in shown, "what was written to the unit stays there"
    taken = case.story.client(helper).post("/calls", {"call": call.id, "result": "reached"})
    assert taken.status_code == 302 and waiting_for(helper, case.story.ctx) == []
    assert "You are not alone" not in text_of(client.get("/answer"))
    close_read_windows(case.story.ctx)
    assert verify(case.story.desk.ctx).exit_code == 0


def test_nobody_who_decides_can_read_the_sign(case: Told) -> None:
    """INV-56: no merits role reads the distress flag; neither page nor key gives it away."""
    welfare(case)
    case.enter().post("/answer/message", {"text": "There is no way out for me."})
    case.enter().post("/answer/ring", {"number": "01 555 0199", "when": "after six"})
    (first, second) = Call.objects.order_by("made_at", "id")
    people = case.story.people
    for name in ("officer_1", "officer_2", "keeper", "charge_1", "legal_1", "reviewer_1"):
        for call in (first, second):
            with pytest.raises(KeyRefused):
                open_texts([call.note], actor=people[name], purpose="look", ctx=case.story.ctx)
        assert case.story.client(people[name]).get("/calls").status_code == 403, name
    assert list(Message.objects.values_list("kind", flat=True)) == ["message"], "the number stands in no case"
    seated = case.story.sits(CaseRole.ASSESSOR)
    for address in ("", "/dialogue"):
        html = case.story.client(seated).get(f"/cases/{case.case.id}{address}").content.decode()
        assert "01 555 0199" not in html and "finds this hard" not in html and "welfare" not in html.lower()


def test_asking_to_be_rung_says_where_and_when_to_welfare(case: Told) -> None:
    helper = welfare(case)
    client = case.enter()
    asked = client.post("/answer/ring", {"number": "01 555 0199", "when": "after six"}, follow=True)
    assert "Somebody will ring you, within a day" in asked.content.decode()
    (call,) = waiting_for(helper, case.story.ctx)
    assert call.note.reach == "01 555 0199\nafter six" and call.note.asked
    assert client.post("/answer/no-call").status_code == 302
    assert waiting_for(helper, case.story.ctx) == [] and Call.objects.get().result == "not_wanted"


def test_the_sender_is_cared_for_in_the_same_way(case: Told) -> None:
    helper = welfare(case)
    client = follower()
    client.post("/follow/message", {"kind": "message", "text": "Ich traue mich nicht mehr aus dem Haus."})
    assert "The Harbour Line: 116 123" in client.get("/follow").content.decode()
    client.post("/follow/ring", {"number": "01 555 0123", "when": ""})
    assert [call.note.side for call in waiting_for(helper, case.story.ctx)] == ["complainant", "complainant"]


def test_somebody_the_sender_named_is_never_told(case: Told) -> None:
    """INV-47: who must not see the report does not learn of it by way of welfare either."""
    named, other = welfare(case, "welfare_1"), welfare(case, "welfare_2")
    Exclusion.objects.create(submission=case.case.submission, person=named)
    case.enter().post("/answer/ring", {"number": "01 555 0199", "when": ""})
    assert waiting_for(named, case.story.ctx) == [] and len(waiting_for(other, case.story.ctx)) == 1


def test_welfare_is_written_to_once_without_a_word_of_it(case: Told) -> None:
    case.enter().post("/answer/message", {"text": "Please ring me."})
    assert tell_welfare(case.story.ctx) == 1
    calls = list(Call.objects.values_list("id", flat=True))
    write({"calls": calls}, case.story.ctx)
    write({"calls": calls}, case.story.ctx)
    folder = case.story.desk.home.root / "outbox"
    mails = [text for path in folder.glob("*") if "care@quillhaven.example" in (text := path.read_text())]
    assert len(mails) == 1
    assert case.case.number not in mails[0] and "Please ring me" not in mails[0] and "omplain" not in mails[0]
    assert tell_welfare(case.story.ctx) == 0


def test_plain_words_call_nobody(case: Told) -> None:
    case.enter().post("/answer/message", {"text": "This is unfair, and I say so."})
    assert not Call.objects.exists()
