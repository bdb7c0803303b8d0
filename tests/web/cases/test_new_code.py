"""A lost code: the old one opens nothing, the new one goes to the address on record, and nobody here sees it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from tests.cast import visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.story_room import Story, begin

from evenhand.errors import UsageError
from evenhand.procedure.notices import NoticeId
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.access import code_digest
from evenhand.web.cases.steps.new_code import give_new_code
from evenhand.web.notices.models import Letter
from evenhand.web.notices.queries import letters_of_case
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify

pytestmark = pytest.mark.slow
OLD = "abcd-efgh-ijkl-mnop"
CODE = re.compile(r"\b[a-z2-7]{4}(?:-[a-z2-7]{4}){3}\b")


def told(desk: Desk, clock: MovingClock, **changed: object) -> Story:
    """A report with an assessor, a day after its receipt."""
    story = begin(desk, clock, code_digest=code_digest(OLD), **changed)
    story_room.to_assessor(story)
    clock.move(hours=25)
    return story


def mail_of(story: Story) -> str:
    """Return the words of the mail with the latest N20, as the party gets them."""
    row = Letter.objects.filter(notice="N20").latest("sent_at")
    party = ActorId(story.party("complainant").id)
    return str(open_texts([row.mail], actor=party, purpose="test", ctx=story.ctx)[row.mail])


def opens(code: str) -> bool:
    return bool(visitor().post("/follow", {"code": code}).status_code == 302)


def inside(client: Client) -> bool:
    return "Where it stands" in client.get("/follow").content.decode()


@pytest.mark.parametrize("locale", ["en", "de"])
def test_the_old_code_dies_and_the_new_one_is_in_the_mail_alone(room: Desk, clock: MovingClock, locale: str) -> None:
    story = told(room, clock, by="mail", locale=locale)
    reader = visitor()
    assert reader.post("/follow", {"code": OLD}).status_code == 302
    reader.get("/follow")
    intake = story.sits(CaseRole.INTAKE)
    story.press(intake, "new-code", party=story.party("complainant").id, channel="telephone")
    assert not opens(OLD)
    assert reader.get("/follow").content.decode().count('name="code"') == 1, "and whoever was in with it is out"
    found = CODE.findall(mail_of(story))
    assert len(found) == 1 and opens(found[0])
    letter = next(row for row in letters_of_case(story.case.id) if row.notice is NoticeId.N20)
    officer = story.client(intake)
    seen = [officer.get(f"/cases/{story.case.id}{rest}") for rest in ("", "/new-code", f"/letters/{letter.id}")]
    for page in seen:
        assert page.status_code == 200
        assert found[0] not in page.content.decode()
    assert ("alte öffnet nichts mehr" if locale == "de" else "old one opens nothing") in seen[-1].content.decode()
    clock.move(hours=1)
    close_read_windows(story.ctx)
    assert [each for each in verify(story.ctx).findings if each.verdict == "failed"] == []


def test_by_post_it_stands_in_the_letter_that_is_printed(room: Desk, clock: MovingClock) -> None:
    story = told(room, clock, by="post", contact="1 Quay Road")
    story.press(story.sits(CaseRole.INTAKE), "new-code", party=story.party("complainant").id, channel="letter")
    html = next(text for text in story.open_letters("complainant") if "at the foot of this letter" in text)
    assert opens(CODE.findall(html)[0]) and not opens(OLD)


def test_once_a_day_and_only_to_an_address(room: Desk, clock: MovingClock) -> None:
    story = told(room, clock, by="mail")
    actor = ActorId(story.sits(CaseRole.INTAKE))
    party = story.party("complainant")
    give_new_code(party=party, channel="telephone", actor=actor, ctx=story.ctx)
    clock.move(hours=23)
    with pytest.raises(UsageError, match="less than a day old"):
        give_new_code(party=party, channel="telephone", actor=actor, ctx=story.ctx)
    clock.move(hours=2)
    give_new_code(party=party, channel="telephone", actor=actor, ctx=story.ctx)
    party.by = "page"
    with pytest.raises(UsageError, match="no address"):
        give_new_code(party=party, channel="telephone", actor=actor, ctx=story.ctx)


def test_whoever_left_no_address_is_not_offered(room: Desk, clock: MovingClock) -> None:
    story = told(room, clock, contact=None, anonymous=True)
    page = story.client(story.sits(CaseRole.INTAKE)).get(f"/cases/{story.case.id}/new-code").content.decode()
    assert "Nobody in this case has left an address" in page and 'name="channel"' not in page
    assert opens(OLD)
