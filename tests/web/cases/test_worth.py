"""What a file is worth: found at once, kept with its keys, shown once released, and the grade of an item from it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from tests.databases import Desk
from tests.evidence.test_evi_mail import NAME, pair, signed
from tests.fixtures.make_webarchive import by_a_key, change, wacz, warc
from tests.web.cases.story_room import Story, to_assessor
from tests.web.cases.test_contact_step import png

from evenhand.errors import UsageError
from evenhand.evidence.grades import grade_of_capture, provenance
from evenhand.evidence.mail import KeyAnswer, State
from evenhand.evidence.uploads import UploadRefused
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.models import Item, ItemAssessment, Party, Upload
from evenhand.web.cases.steps import worth
from evenhand.web.cases.steps.files import add_file, clear, working_copy
from evenhand.web.cases.steps.sending import not_taken
from evenhand.web.cases.steps.worth_words import mail_lines
from evenhand.web.record.handing_out import open_records
from evenhand.web.record.ids import ActorId, KeyId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import derive

pytestmark = pytest.mark.slow
ASKED_AT = datetime(2026, 3, 12, 10, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A resolver that knows the key of the mails here; the names it was asked for."""
    names: list[str] = []

    def fetch(wanted: tuple[str, ...], *, resolver: str, ctx: Any) -> tuple[KeyAnswer, ...]:
        names.extend(wanted)
        return tuple(KeyAnswer(name, "found", pair(2048)[1], resolver, ASKED_AT) for name in wanted)

    monkeypatch.setattr(worth, "fetch_keys", fetch)
    monkeypatch.setenv(worth.RESOLVER, "192.0.2.53")
    return names


def sent(story: Story, data: bytes, name: str = "file") -> str:
    return add_file(party=Party.objects.get(case=story.case), name=name, data=data, ctx=story.ctx)


def methods_of(file: str) -> list[str]:
    return list(VaultObject.objects.filter(source=file).order_by("method").values_list("method", flat=True))


def released(story: Story, file: str, *, restrict: bool = False) -> ActorId:
    officer = ActorId(str(story.people["officer_1"]))
    clear(upload=Upload.objects.get(pk=file), actor=officer, ctx=story.ctx, restrict=restrict)
    return officer


def files_page(story: Story, person: str) -> str:
    return story.client(person).get(f"/cases/{story.case.id}/files").content.decode()


def test_a_mail_is_judged_at_once_and_its_key_kept(story: Story, asked: list[str], room: Desk) -> None:
    file = sent(story, signed(), "letter.eml")
    assert asked == [NAME]
    assert methods_of(file) == ["mail keys", "mail signatures"]
    to_seat(story)
    assert "post.example" not in files_page(story, str(story.people["officer_1"])), "not before it is released"
    released(story, file)
    page = files_page(story, str(story.people["officer_1"]))
    assert "the domain post.example, the sender’s own" in page and "worth C2 (P3)" in page
    assert "Days from the date the mail bears to when its key was fetched: 10." in page
    assert asked == [NAME], "a later look uses the kept key"
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


@pytest.mark.parametrize("state", [State.FAIL, State.TEMPERROR, State.PERMERROR])
@pytest.mark.parametrize("aligned", [True, False])
def test_a_signature_that_does_not_hold_stands_for_nobody(state: State, aligned: bool) -> None:
    found = {"state": state.value, "domain": "post.example", "aligned": aligned, "days": 265, "notes": ["expired"]}
    first, claims, *notes = mail_lines(found)
    assert first == f"Signature: {state.words}."
    assert claims == "It claims to be of the domain post.example, which it does not show."
    assert notes == ([] if state is State.PERMERROR else ["the signature had expired when its key was fetched."])
    with translation.override("de"):
        assert mail_lines(found)[1] == "Sie gibt an, von der Domain post.example zu sein, und zeigt das nicht."
    assert mail_lines(found | {"domain": "", "notes": []}) == [first]


@pytest.mark.parametrize("state", [State.PASS, State.PARTIAL])
def test_a_signature_that_holds_stands_for_its_domain(state: State) -> None:
    found = {"state": state.value, "domain": "post.example", "aligned": False, "days": 265, "notes": []}
    said = " ".join(mail_lines(found))
    assert "stands for the domain post.example, which is not" in said and "fetched: 265." in said


def test_a_changed_mail_says_of_which_domain_it_claims_to_be(story: Story, asked: list[str]) -> None:
    file = sent(story, signed().replace(b"clown", b"crown"), "letter.eml")
    to_seat(story)
    released(story, file)
    page = files_page(story, str(story.people["officer_1"]))
    assert "the signature does not hold" in page and "It claims to be of the domain post.example, which" in page
    assert "stands for the domain" not in page and "Days from the date" not in page and asked == [NAME]


def to_seat(story: Story) -> None:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")


def test_without_a_resolver_nobody_is_asked_and_the_question_stays_open(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(worth.RESOLVER, raising=False)
    monkeypatch.setattr(worth, "fetch_keys", None)
    file = sent(story, signed())
    assert methods_of(file) == ["mail signatures"]
    to_seat(story)
    released(story, file)
    page = files_page(story, str(story.people["officer_1"]))
    assert "its key was not fetched" in page and "worth C1 (P6)" in page


def test_nothing_is_made_of_a_picture_before_a_person_released_it(story: Story) -> None:
    file = sent(story, png())
    assert methods_of(file) == []
    upload = Upload.objects.get(pk=file)
    actor = ActorId(str(story.people["officer_1"]))
    with pytest.raises(UsageError, match="not released"):
        working_copy(upload=upload, actor=actor, ctx=story.ctx)
    assert worth.found_in(upload, actor=actor, ctx=story.ctx) == {}
    to_seat(story)
    released(story, file, restrict=True)
    upload.refresh_from_db()
    with pytest.raises(UsageError, match="not released"):
        working_copy(upload=upload, actor=actor, ctx=story.ctx)
    with pytest.raises(UsageError, match="do not look"):
        derive(of=file, method="preview", data=b"x", actor=actor, purpose="test", ctx=story.ctx)
    assert methods_of(file) == []
    assert "By itself it is worth" not in files_page(story, str(actor))


def test_who_was_told_of_a_marked_file_is_on_record(story: Story) -> None:
    file = sent(story, png())
    to_seat(story)
    officer = story.client(str(story.people["officer_1"]))
    there = f"/cases/{story.case.id}/files"
    story.case.refresh_from_db()
    said = {"file": file, "answer": "restrict", "revision": str(story.case.revision)}
    assert officer.post(there, said | {"told": "the neighbours"}).status_code == 404
    assert officer.post(there, said | {"told": "police"}).status_code == 302
    assert Upload.objects.get().state == "restricted"
    keys = [KeyId(story.case.submission.key)]
    acts = open_records(
        keys, case=story.case.id, actor=ActorId(str(story.people["officer_1"])), purpose="test", ctx=story.ctx
    )
    [marked] = [json.loads(act.document) for act in acts if act.type == "evidence.restricted"]
    assert marked["body"]["referred"] == "police"


@pytest.mark.parametrize(
    ("kind", "found", "recorded", "worth_it"),
    [
        ("png", {}, {}, ("P6", "C1")),
        ("png", {}, {"link": "x"}, ("P5", "C1")),
        ("png", {}, {"link": "x", "link_seen_by_us": True}, ("P5", "C2")),
        ("export", {}, {}, ("P2", "C1")),
        ("export", {}, {"owners_own": True}, ("P2", "C2")),
        ("mail", {"state": "pass", "aligned": True, "domain": "post.example"}, {}, ("P3", "C2")),
        ("mail", {"state": "pass", "aligned": False, "domain": "post.example"}, {}, ("P6", "C1")),
        ("mail", {"state": "partial", "aligned": True}, {}, ("P6", "C1")),
        ("mail", {}, {}, ("P6", "C1")),
        ("png", {"state": "pass", "aligned": True}, {}, ("P6", "C1")),
        ("wacz", {"signer": "anonymous", "key": "k"}, {}, ("P4", "C1")),
        ("wacz", {"signer": "nobody"}, {}, ("P6", "C1")),
        ("warc", {"signer": "nobody"}, {}, ("P6", "C1")),
    ],
)
def test_the_route_follows_from_what_was_found(
    kind: str, found: dict[str, Any], recorded: dict[str, Any], worth_it: tuple[str, str]
) -> None:
    route = worth.route_of(Upload(kind=kind), found, **recorded)
    assert (provenance(route).value, grade_of_capture(route).value) == worth_it


def test_a_picture_brings_the_questions_for_whoever_took_it(story: Story) -> None:
    file = sent(story, png())
    to_seat(story)
    released(story, file)
    page = files_page(story, str(story.people["officer_1"]))
    assert "Which address did the window show?" in page and "worth C1 (P6)" in page


def test_a_web_archive_is_taken_whole_and_refused_when_edited(story: Story) -> None:
    with pytest.raises(UploadRefused, match="wacz_digest") as refused:
        sent(story, wacz(sign=by_a_key, edit=change("pages/pages.jsonl", b"[]\n")))
    assert refused.value.reason == "wacz" and "pages" not in not_taken(refused.value)
    file = sent(story, wacz(sign=by_a_key))
    assert Upload.objects.get().kind == "wacz" and methods_of(file) == ["web archive"]
    to_seat(story)
    actor = released(story, file)
    page = files_page(story, str(actor))
    assert "whose key that is we do not know" in page and "worth C1 (P4)" in page
    copy = working_copy(upload=Upload.objects.get(), actor=actor, ctx=story.ctx)
    assert b"https://social.example/p/0" in copy.data and copy.kind.ending == "txt"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (wacz(sign=by_a_key, edit=change("pages/pages.jsonl", b"[]\n")), "is not as its own list says"),
        (wacz(sign=by_a_key, edit=change("added & other.html", b"x")), "is not as its own list says"),
        (wacz(edit=change("indexes/index.cdx", None)), "is not as its own list says"),
        (warc()[:-40], "ends too early"),
    ],
)
def test_whoever_sent_a_web_archive_is_told_why_it_is_not_taken(story: Story, data: bytes, why: str) -> None:
    to_seat(story)
    officer, there = story.client(str(story.people["officer_1"])), f"/cases/{story.case.id}/files"
    story.case.refresh_from_db()
    said = {"whose": "office", "address": "", "revision": str(story.case.revision)}
    no = officer.post(there, said | {"file": SimpleUploadedFile("page.wacz", data)})
    page = no.content.decode()
    assert no.status_code == 422 and not Upload.objects.exists()
    assert f"We cannot take this file: it is a web archive that {why}. Download or make it again" in page
    assert "added" not in page and "wacz_" not in page and "a PDF, the e-mail itself" not in page
    begun = officer.post(there, said | {"begin": "1", "name": "page.wacz", "size": len(data)}).json()
    part = {"ticket": begun["ticket"], "at": 0, "part": SimpleUploadedFile("part", data)}
    assert officer.post(there, said | part).json()["arrived"] == len(data)
    end = officer.post(there, said | {"ticket": begun["ticket"], "end": "1"}, headers={"Accept-Language": "de"})
    assert end.status_code == 422 and end.json()["said"].startswith(
        "Wir können diese Datei nicht annehmen: sie ist ein"
    )
    assert not Upload.objects.exists()


def test_a_reason_that_is_none_of_ours_is_said_to_nobody() -> None:
    refused = UploadRefused("is odd", reason="<b>words of a file</b>")
    assert refused.reason == "" and not_taken(refused).startswith("We cannot take this file as it is. Send")


def assessing(story: Story) -> Any:
    to_assessor(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    story.press(assessor, "blind", shown="breach", reason="Name-calling, twice.")
    return story.client(assessor), f"/cases/{story.case.id}/items"


def everything(story: Story) -> dict[str, str]:
    """Return the form with a yes to every question."""
    story.case.refresh_from_db()
    said = {"link": "B", "act": "wrote", "item": Item.objects.get().id, "revision": str(story.case.revision)}
    return {f"G{n}": "pass" for n in range(1, 15)} | said


def ticked(page: str, gate: str) -> str:
    [value] = re.findall(rf'name="{gate}" value="([^"]+)" checked', page)
    return value


def test_only_what_the_record_shows_is_ticked_and_each_gap_says_what_would_help(story: Story, asked: list[str]) -> None:
    mail, picture = sent(story, signed()), sent(story, png())
    client, there = assessing(story)
    released(story, mail)
    released(story, picture)
    bare = client.get(there).content.decode()
    assert {gate: ticked(bare, gate) for gate in ("G1", "G2", "G3", "G4", "G5", "G10", "G14")} == dict.fromkeys(
        ("G1", "G2", "G3", "G4", "G5", "G10", "G14"), "unknown"
    )
    assert ticked(bare, "G7") == "pass" and ticked(bare, "G13") == "pass", "register and number were looked up"
    assert "Any other file leaves this unknown" in bare and "or a second recipient." in bare
    by_mail = client.get(f"{there}?file={mail}").content.decode()
    assert (ticked(by_mail, "G2"), ticked(by_mail, "G4")) == ("pass", "pass") and "worth C2 (P3)" in by_mail
    by_picture = client.get(f"{there}?file={picture}").content.decode()
    assert (ticked(by_picture, "G2"), ticked(by_picture, "G4")) == ("unknown", "unknown")
    assert client.get(f"{there}?file={'0' * 32}").status_code == 404
    said = everything(story)
    assert client.post(there, said | {"file": mail}).status_code == 302
    row = ItemAssessment.objects.get()
    assert (row.provenance, row.grade) == ("P3", "C2")


def test_a_made_up_file_lifts_nothing_whatever_the_form_is_sent(story: Story) -> None:
    file = sent(story, png())
    client, there = assessing(story)
    said = everything(story)
    assert client.post(there, said | {"file": file}).status_code == 404, "nobody has released it"
    released(story, file)
    assert client.post(there, said | {"file": file, "grade": "C4", "provenance": "P1"}).status_code == 302
    row = ItemAssessment.objects.get()
    assert (row.provenance, row.grade) == ("P6", "C1")
