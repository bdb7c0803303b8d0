"""Words planted in a report and in all that follows stand in no table, log, address, title, file name or header.

INV-54 (ciphertext only), R25 (no address of a reporter is kept), INV-09 (what was read is known by roles, not words).
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import signed_in, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases import story_room
from tests.web.cases.cases_room import company
from tests.web.cases.story_room import begin
from tests.web.proofs.proofs_room import as_party, received_code, reported

from evenhand.web.cases.models import Case, Contact, Message, Party, Upload

pytestmark = pytest.mark.slow

PLANTED = {
    "sender": "Zephyrine Canaryname",
    "contact": "canary-contact@quillhaven.example",
    "explanation": "canaryexplanation the harbour lamps",
    "excluded": "Canaryexcluded Branchsecretary",
    "subject": "Canarysubject Halibut",
    "place": "https://chirp.example/canaryplace/77",
    "message": "canarymessage about the ferry",
    "file": "canaryfile-holiday.txt",
    "content": "canarycontent of a file",
    "pseudonym": "Canarypseudonym",
    "reply": "canaryreply I was angry",
    "note": "canarynote asked about the case",
    "fear": "canaryfear of the secretary",
}
ADDRESS = "203.0.113.77"
FROM = {
    "HTTP_X_FORWARDED_FOR": ADDRESS,
    "REMOTE_ADDR": ADDRESS,
    "HTTP_X_REAL_IP": ADDRESS,
    "HTTP_FORWARDED": f"for={ADDRESS}",
}
AGENT = "Canaryagent/9"


def everything_stored(desk: Desk) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the installation and every row of its database, dumped as text and as it lies on the disk."""
    for path in desk.home.root.rglob("*"):
        if path.is_file():
            yield f"file {path.name}", path.read_bytes()
            yield f"name of {path.name}", str(path).encode()
    with sqlite3.connect(desk.home.database) as connection:
        for statement in connection.iterdump():
            yield statement[:60], statement.encode("utf-8", "surrogatepass")


def found_in(stored: Iterator[tuple[str, bytes]], words: dict[str, str]) -> list[str]:
    wanted = {name: (word.encode(), word.encode().hex().encode().upper()) for name, word in words.items()}
    return [
        f"{name} in {where}"
        for where, data in stored
        for name, forms in wanted.items()
        if any(form in data or form.lower() in data.lower() for form in forms)
    ]


def test_the_search_finds_what_lies_in_the_open(room: Desk) -> None:
    (room.home.root / "left.txt").write_text("xx Canarysubject Halibut xx")
    assert found_in(everything_stored(room), PLANTED) == ["subject in file left.txt"]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_what_is_planted_in_a_report_lies_nowhere_in_the_open(room: Desk, said: pytest.LogCaptureFixture) -> None:
    """The whole door: report, receipt, follow, message, file, wrong code; then the officer's first page."""
    people = company(room.ctx)
    client = visitor()
    client.defaults |= FROM | {"HTTP_USER_AGENT": AGENT}
    receipt = reported(
        client,
        unseen={"anybody": "named", "names": PLANTED["excluded"]},
        what={"explanation": PLANTED["explanation"], "happened_on": "2026-02-27"},
        where={"places": PLANTED["place"]},
        whom={"known": "yes", "name": PLANTED["subject"]},
        reach={"reach": "mail", "contact": PLANTED["contact"], "name": PLANTED["sender"]},
    )
    answers = [receipt, client.post("/follow", {"code": "aaaa-bbbb-cccc-dddd"})]
    answers.append(client.post("/follow", {"code": received_code(receipt)}))
    answers.append(client.post("/follow/message", {"kind": "message", "text": PLANTED["message"]}))
    sent = SimpleUploadedFile(PLANTED["file"], PLANTED["content"].encode())
    answers.append(client.post("/follow/file", {"file": sent}))
    answers += [client.get("/follow"), client.get("/follow/proof")]
    answers.append(client.post("/answer", {"code": received_code(receipt), "fact": PLANTED["fear"]}))
    case = Case.objects.get()
    answers += [signed_in(people["officer_1"]).get(f"/cases/{case.id}"), signed_in(people["officer_1"]).get("/cases")]
    everything = PLANTED | {"address": ADDRESS, "agent": AGENT, "code": received_code(receipt)}
    assert found_in(everything_stored(room), everything) == []
    logged = "\n".join(record.getMessage() for record in said.records)
    assert not [name for name, word in everything.items() if word.lower() in logged.lower()]
    assert not [name for answer in answers for name in leaked_around(answer, everything)]
    assert Message.objects.filter(from_party=True).exists() and Upload.objects.exists()
    assert "canaryexplanation" in answers[5].content.decode(), "the sender sees their own words"


def leaked_around(answer: Any, words: dict[str, str]) -> list[str]:
    """Return which words stand in a response's headers, cookies, title or address."""
    html = answer.content.decode(errors="replace")
    title = html[html.find("<title") : html.find("</title>")]
    around = f"{answer.headers}{answer.cookies}{title}{answer.request['PATH_INFO']}{answer.request['QUERY_STRING']}"
    return [name for name, word in words.items() if word.lower() in around.lower()]


def test_the_outbox_and_the_mail_carry_no_word_of_it(room: Desk) -> None:
    from django.core import mail

    from evenhand.web.notices.models import Letter

    reported(visitor(), reach={"reach": "mail", "contact": PLANTED["contact"], "name": PLANTED["sender"]})
    assert Letter.objects.exists()
    for message in getattr(mail, "outbox", []):
        assert not [w for w in PLANTED.values() if w in message.subject + str(message.body) and w != PLANTED["contact"]]


def test_what_is_planted_in_a_whole_case_lies_nowhere_in_the_open(
    room: Desk, clock: MovingClock, said: pytest.LogCaptureFixture
) -> None:
    """Notes, replies and pseudonyms as well; and no page shows the respondent what is the sender's alone."""
    from evenhand.procedure.roles import CaseRole
    from evenhand.web.cases.access import code_digest

    story = begin(
        room, clock, explanation=PLANTED["explanation"], contact=PLANTED["contact"], name=PLANTED["sender"],
        excluded_words=PLANTED["excluded"], code_digest=code_digest("abcd-efgh-ijkl-mnop"),
    )  # fmt: skip
    story_room.to_assessor(story)
    story_room.to_assessed(story)
    story_room.to_investigation(story)
    note = {"category": "press", "channel": "telephone", "when": "", "text": PLANTED["note"]}
    story.press(story.sits(CaseRole.INVESTIGATOR), "contact", **note)
    story_room.to_formal(story)
    respondent = as_party(story.party("respondent"), story.ctx)
    respondent.post("/answer/message", {"kind": "message", "text": PLANTED["reply"]})
    sent = SimpleUploadedFile(PLANTED["file"], PLANTED["content"].encode())
    assert respondent.post("/answer/file", {"file": sent}).url == "/answer"
    respondent.post("/answer/ring", {"when": PLANTED["fear"], "number": PLANTED["fear"], "text": PLANTED["fear"]})
    assert Contact.objects.filter(case=story.case).exists() and Message.objects.filter(case=story.case).exists()
    assert found_in(everything_stored(room), PLANTED) == []
    logged = "\n".join(record.getMessage() for record in said.records)
    assert not [name for name, word in PLANTED.items() if word.lower() in logged.lower()]
    own = ("sender", "contact", "excluded", "explanation", "note", "pseudonym")
    for address, answer in _pages(respondent, "/answer"):
        html = answer.content.decode(errors="replace").lower()
        assert not [name for name in own if PLANTED[name].lower() in html], address
    complainant = as_party(Party.objects.get(case=story.case, side="complainant"), story.ctx)
    for address, answer in _pages(complainant, "/follow"):
        html = answer.content.decode(errors="replace").lower()
        theirs = ("note", "reply", "fear", "file", "content")
        assert not [name for name in theirs if PLANTED[name].lower() in html], address


def _pages(client: Any, door: str) -> Iterator[tuple[str, Any]]:
    import re

    first = client.get(door)
    yield door, first
    for address in sorted(set(re.findall(rf'href="({door}/[^"#]*)"', first.content.decode()))):
        if not address.endswith("/pdf"):
            yield address, client.get(address, follow=True)
