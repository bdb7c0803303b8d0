"""The bundle of a real case: what is in it, what it leaves in the record, what is left out, and what stops it."""

from __future__ import annotations

import json
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from tests.bundle.bundle_room import both, packaged, stand_alone
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases.cases_room import received
from tests.web.cases.cases_story import step as walk
from tests.web.cases.story_room import CODE, Story, from_triage
from tests.web.record.tampering import as_administrator
from tests.web.vault.test_vlt_holds import Staff

from evenhand.bundle.redaction import Redaction, parse_redaction
from evenhand.errors import DoesNotHold, UsageError
from evenhand.ledger.checking import Verdict
from evenhand.ledger.errors import AppendRefused
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases import bundle_letters
from evenhand.web.cases import bundle_making as bundles
from evenhand.web.cases.bundle import export_bundle, keys_of
from evenhand.web.cases.bundle_exports import refused_of
from evenhand.web.cases.bundle_letters import letters_for
from evenhand.web.cases.bundle_making import Exported
from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.steps.custody import readings_of_file
from evenhand.web.cases.steps.files import add_file, clear
from evenhand.web.notices.queries import letters_of_case, sealed_letters
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import KeyRefused, destroy_key
from evenhand.web.record.models import ReadRow
from evenhand.web.record.openings import open_commitment
from evenhand.web.record.queries import leaf_about, log_size, log_store
from evenhand.web.record.readings import readings_of, readings_of_things
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify
from evenhand.web.vault.erasing import erase, scope_of_object
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow
WORDS = "He called me a muppet"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


def export(story: Story, to: Path, *redact: str, actor: ActorId = SYSTEM, zipped: bool = False) -> Exported:
    rules = [parse_redaction(text) for text in redact]
    return export_bundle(case=story.case, to=to, actor=actor, ctx=story.ctx, redact=rules, zipped=zipped)


def items_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "data/items.jsonl").read_text().splitlines()]


def test_a_case_is_handed_out_and_both_verifiers_agree(story: Story, tmp_path: Path) -> None:
    before = ReadRow.objects.count()
    done = export(story, tmp_path / "out")
    assert both(done.path).verdict == "verified"
    types = [item["type"] for item in items_of(done.path)]
    assert types[:2] == ["submission.received", "case.opened"]
    assert done.items == len(types) and done.refused == ()
    assert "evidence.exported" in next(iter(log_store().entries(done.index, done.index + 1))).data.decode()
    read = ReadRow.objects.order_by("seq")[before:]
    assert {(row.actor, row.purpose) for row in read} == {("system", "export a bundle")}
    assert len(read) >= done.items + 1  # each document, and the opening of the seal
    assert stat_mode(done.path) == 0o700
    close_read_windows(story.ctx)
    assert verify(story.ctx).verdict is Verdict.VERIFIED
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_on_both_databases(any_desk: Desk, tmp_path: Path) -> None:
    case = Case.objects.select_related("submission").get(pk=received(any_desk.ctx).cases[0])
    done = export_bundle(case=case, to=tmp_path / "out", actor=SYSTEM, ctx=any_desk.ctx)
    assert both(done.path).verdict == "verified"
    assert verify(any_desk.ctx).verdict is Verdict.VERIFIED


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_words_of_the_report_are_there_and_can_stay_closed(story: Story, tmp_path: Path) -> None:
    explanation = story.case.submission.explanation
    opened = export(story, tmp_path / "open")
    page = (opened.path / "data/custody.html").read_text()
    assert "<details><summary>sent</summary>" in page and "<script" not in page
    said = page.split("<summary>sent</summary><p>", 1)[1].split("</p>", 1)[0]
    assert len(said) > 10 and explanation not in page  # the words, not the id of the sealed text
    closed = export(story, tmp_path / "closed", "submission.received:sent")
    assert both(closed.path).verdict == "verified"
    assert closed.withheld == 1
    whole = b"".join(path.read_bytes() for path in closed.path.rglob("*") if path.is_file())
    assert said.encode() not in whole
    assert items_of(closed.path)[0]["withheld"] == ["sent"]


def test_a_rule_that_fits_nothing_is_refused(story: Story, tmp_path: Path) -> None:
    for text in ("reply", "999999", "case.closed:doc"):
        with pytest.raises(UsageError, match="nothing of this case is called"):
            export(story, tmp_path / "out", text)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", ":", "Sent", "a b", "case.opened:", "17:", "17reply", "../x", "a.b.c:d"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_redaction(text)


def test_the_forms_of_a_rule() -> None:
    assert parse_redaction("reply") == Redaction("reply", None, None, "reply")
    assert parse_redaction("case.reply_received") == Redaction("case.reply_received", None, "case.reply_received", None)
    assert parse_redaction("17:reply") == Redaction("17:reply", 17, None, "reply")
    assert parse_redaction("17").fits(17, "case.opened", "doc")
    assert not parse_redaction("17").fits(18, "case.opened", "doc")


def test_a_document_of_one_entry_can_stay_closed(story: Story, tmp_path: Path) -> None:
    first = items_of(export(story, tmp_path / "one").path)[1]["index"]
    done = export(story, tmp_path / "two", f"{first}:doc")
    assert both(done.path).verdict == "verified"
    assert not (done.path / f"data/objects/{first:06}-document.json").exists()
    assert not (done.path / f"data/openings/{first}.json").exists()


def test_a_protected_sender_is_not_named_by_their_words(story: Story, tmp_path: Path) -> None:
    as_administrator(f"UPDATE cases_party SET protected_identity = 1 WHERE id = '{story.party('complainant').id}'")
    done = export(story, tmp_path / "out")
    assert [words for words in done.refused if "protected" in words]
    assert items_of(done.path)[0]["withheld"] == ["sent"]
    assert both(done.path).verdict == "verified"


def test_the_files_of_a_protected_sender_stay_out(story: Story, tmp_path: Path) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    file = add_file(party=party, name="a.png", data=PNG, ctx=story.ctx)
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    clear(upload=Upload.objects.get(pk=file), actor=ActorId(story.people["officer_1"]), ctx=story.ctx, restrict=False)
    as_administrator(f"UPDATE cases_party SET protected_identity = 1 WHERE id = '{party.id}'")
    done = export(story, tmp_path / "out")
    assert any(words.startswith("File 1 (png): who sent it is protected") for words in done.refused)
    assert list((done.path / "data/objects").glob("*.png")) == []


def test_files_that_nobody_may_copy_are_left_out_and_named(story: Story, tmp_path: Path) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    marked, waiting = (add_file(party=party, name=f"{n}.png", data=PNG, ctx=story.ctx) for n in "ab")
    officer = story.people["officer_1"]
    story.press(officer, "acknowledge", pseudonym="Ash")
    clear(upload=Upload.objects.get(pk=marked), actor=ActorId(officer), ctx=story.ctx, restrict=True)
    done = export(story, tmp_path / "out")
    assert any("do not look, do not copy" in words for words in done.refused)
    assert any("nobody has looked at it" in words for words in done.refused)
    assert PNG not in b"".join(path.read_bytes() for path in done.path.rglob("*") if path.is_file())
    assert both(done.path).verdict == "verified" and waiting != marked
    asked = {
        file: readings_of_things([file], key=story.case.submission.key, refused=True) for file in (marked, waiting)
    }
    assert [each.purpose for each in asked[marked]] == ["export a bundle"] and not asked[waiting]
    (line, *_) = readings_of_file(story.case, Upload.objects.get(pk=marked), reader=ActorId(officer))
    assert (line.purpose, line.times) == ("asked, and was refused", 1)


def test_a_released_file_goes_along_as_a_copy_without_metadata(story: Story, tmp_path: Path) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    secret = b"tEXtComment\x00made at 5 Harbour Lane"
    chunk = len(secret[4:]).to_bytes(4, "big") + secret + zlib.crc32(secret).to_bytes(4, "big")
    sent = PNG[:33] + chunk + PNG[33:]
    file = add_file(party=party, name="Robin Quill.png", data=sent, ctx=story.ctx)
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    clear(upload=Upload.objects.get(pk=file), actor=ActorId(story.people["officer_1"]), ctx=story.ctx, restrict=False)
    done = export(story, tmp_path / "out")
    assert done.refused == () and both(done.path).verdict == "verified"
    (copy,) = (done.path / "data/objects").glob("*.png")
    assert b"Harbour" not in copy.read_bytes() and copy.read_bytes().startswith(PNG[:33])
    (item,) = [item for item in items_of(done.path) if item["type"] == "evidence.derived"]
    assert item["opened"] == ["content", "doc", "method"]
    (said,) = [each for each in item["objects"] if each["field"] == "content"]
    assert said["grade"] == "P6" and "source unknown" in said["wording"] and "without metadata" in said["wording"]
    whole = b"".join(path.read_bytes() for path in done.path.rglob("*") if path.is_file())
    assert b"Harbour Lane" not in whole and b"Quill.png" not in whole
    again = export(story, tmp_path / "again")  # the copy is recorded once
    assert len([item for item in items_of(again.path) if item["type"] == "evidence.derived"]) == 1
    copy.write_bytes(copy.read_bytes() + b"x")
    assert (str(copy.relative_to(done.path)), "content_mismatch") in both(done.path).found
    closed = export(story, tmp_path / "closed", "evidence.derived:content")
    assert list((closed.path / "data/objects").glob("*.png")) == []
    assert both(closed.path).verdict == "verified"
    close_read_windows(story.ctx)
    assert verify(story.ctx).verdict is Verdict.VERIFIED


def test_letters_go_along_as_they_were_sent(story: Story, tmp_path: Path) -> None:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    done = export(story, tmp_path / "out")
    assert done.refused == () and both(done.path).verdict == "verified"
    sent = {item["index"]: item["objects"] for item in items_of(done.path) if item["type"] == "case.notice_sent"}
    files = [each for objects in sent.values() for each in objects if each["field"] == "sent"]
    letters = [(done.path / each["file"]).read_text() for each in files]
    assert sorted(letters) == sorted(story.open_letters("complainant")) and len(letters) == len(sent) == 1
    (done.path / files[0]["file"]).write_text(letters[0] + "\n")
    assert (files[0]["file"], "content_mismatch") in both(done.path).found
    closed = export(story, tmp_path / "closed", "case.notice_sent:sent")
    assert both(closed.path).verdict == "verified" and not list((closed.path / "data/objects").glob("*letter*"))


def test_letters_with_a_code_or_to_a_protected_person_stay_out(story: Story, tmp_path: Path) -> None:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    (row,) = letters_of_case(story.case.id)
    kept = sealed_letters([row])[0]
    html = open_texts([kept], actor=SYSTEM, purpose="test", ctx=story.ctx)[kept]
    for text, why in ((html + CODE, "it holds a code"), (html + "abcd-efgh-ijkl-mnoq", "")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(bundle_letters, "open_texts", lambda ids, text=text, **_: dict.fromkeys(ids, text))
            found = letters_for([row], closed=(), actor=SYSTEM, ctx=story.ctx, purpose="test")
        assert bool(found.html) == (not why) and why in "".join(found.left_out)
    as_administrator("UPDATE cases_party SET protected_identity = 1 WHERE side = 'complainant'")
    done = export(story, tmp_path / "out")
    assert any("who received it is protected" in words for words in done.refused)
    assert not list((done.path / "data/objects").glob("*letter*"))


def test_what_was_erased_is_said_and_everything_else_still_verifies(story: Story, tmp_path: Path) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    gone, kept = (add_file(party=party, name=f"{n}.png", data=PNG, ctx=story.ctx) for n in "ab")
    officer = story.people["officer_1"]
    story.press(officer, "acknowledge", pseudonym="Ash")
    for file in (gone, kept):
        clear(upload=Upload.objects.get(pk=file), actor=ActorId(officer), ctx=story.ctx, restrict=False)
    whole = export(story, tmp_path / "before")
    from_triage(story)
    story.press(story.sits(CaseRole.ASSESSOR), "out-of-scope", code="policy_disagreement")
    walk(story.case.id, State.CLOSED, "system", SYSTEM, story.ctx)
    staff = Staff(story.desk)  # before it was closed, the file would stay
    erase(
        kind=Kind.OBJECT, target=gone, why=Why.REQUEST, first=staff.dpo, second=staff.keeper,
        scope=scope_of_object(gone), ctx=story.ctx,
    )  # fmt: skip
    done = export(story, tmp_path / "out")
    assert any("it was erased" in words for words in done.refused)
    said = both(done.path)
    assert (said.verdict, said.exit, said.reasons) == ("unverifiable", 4, {"erased_lawfully"})
    items = {item["index"]: item for item in stand_alone(done.path).all["items"]}
    erased = [item for item in items.values() if item["reason"] == "erased_lawfully"]
    assert {item["type"] for item in erased} == {"evidence.quarantined", "evidence.derived"} and len(erased) == 2
    assert all(item["verdict"] == "verified" for item in items.values() if item not in erased)
    assert [item["type"] for item in items.values() if item["type"] == "evidence.erased"] == ["evidence.erased"]
    assert len(list((done.path / "data/objects").glob("*.png"))) == 1
    assert "erased, as entry" in (done.path / "data/custody.html").read_text()
    assert both(whole.path).verdict == "verified", "what was handed out before still verifies"
    entry = f"data/entries/{erased[0]['index']}.json"
    (done.path / entry).write_bytes((done.path / entry).read_bytes().replace(b'"v":1', b'"v":2'))
    assert (entry, "entry_mismatch") in both(done.path).found


def test_what_came_in_is_committed_to_at_intake(story: Story, tmp_path: Path) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    file = add_file(party=party, name="a.png", data=PNG, ctx=story.ctx)
    seq = leaf_about(file, "evidence.quarantined")
    opening = open_commitment(seq, "content", actor=SYSTEM, purpose="test", ctx=story.ctx)
    assert opening.value == sha256(PNG).digest()


def test_a_person_without_a_seat_gets_nothing_and_that_is_noted(
    story: Story, tmp_path: Path, clock: MovingClock
) -> None:
    size, rows, who = log_size(), ReadRow.objects.count(), ActorId(story.people["charge_1"])
    with pytest.raises(KeyRefused):
        export(story, tmp_path / "out", actor=who)
    assert log_size() == size and list(tmp_path.glob("*out*")) == []
    noted = ReadRow.objects.order_by("seq")[rows:].values_list("actor", "object_id", "key_id", "purpose")
    assert set(noted) == {(who, story.case.id, key, "refused: export a bundle") for key in keys_of(story.case)}
    assert not [each for each in readings_of(keys_of(story.case)) if each.actor == who], "it counts as no reading"
    (asked,) = refused_of(story.case)
    assert (asked.actor, asked.purpose) == (who, "export a bundle")
    clock.move(days=1)
    close_read_windows(story.ctx)
    said = [json.loads(entry.data)["t"] for entry in log_store().entries(size, log_size())]
    assert "record.read" in said, "the read log is committed to, refusals too"
    assert verify(story.ctx).verdict is Verdict.VERIFIED


def test_a_person_with_a_seat_exports_in_their_own_name(story: Story, tmp_path: Path) -> None:
    officer = ActorId(story.people["officer_1"])
    story.press(officer, "acknowledge", pseudonym="Ash")
    before = ReadRow.objects.count()
    done = export(story, tmp_path / "out", actor=officer)
    assert both(done.path).verdict == "verified"
    assert {row.actor for row in ReadRow.objects.order_by("seq")[before:]} == {officer}
    sealed = json.loads((done.path / "proofs/bundle.entry.json").read_text())
    assert sealed["act"] != "system" and officer not in json.dumps(sealed)
    close_read_windows(story.ctx)
    assert verify(story.ctx).verdict is Verdict.VERIFIED


def test_a_zip_holds_the_same(story: Story, tmp_path: Path) -> None:
    done = export(story, tmp_path / "case.zip", zipped=True)
    assert both(done.path).verdict == "verified"
    assert stat_mode(done.path) == 0o600


def test_what_is_in_the_way_is_not_overwritten(story: Story, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    for place in (tmp_path / "there", tmp_path / "no" / "folder"):
        with pytest.raises(UsageError):
            export(story, place)
    assert (tmp_path / "there").read_text() == "mine"


def test_without_the_logs_key_nothing_is_read(story: Story, tmp_path: Path) -> None:
    story.desk.home.log_key.unlink()
    before = ReadRow.objects.count()
    with pytest.raises((UsageError, OSError)):
        export(story, tmp_path / "out")
    assert ReadRow.objects.count() == before


def test_it_waits_for_the_worker_that_signs(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    real, busy = bundles.make_checkpoint, iter([True, True])

    def sign(ctx: object) -> object:
        if next(busy, False):
            raise AppendRefused("another process is signing a checkpoint")
        return real(story.ctx)

    monkeypatch.setattr(bundles, "make_checkpoint", sign)
    assert bundles._checkpoint(story.ctx, waited.append).size == log_size()
    assert len(waited) == 2


def test_a_failure_leaves_nothing_half_written(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(bundles, "write_tags", fail)
    with pytest.raises(OSError, match="disk is full"):
        export(story, tmp_path / "out")
    assert list(tmp_path.glob("*out*")) == []
    close_read_windows(story.ctx)
    assert verify(story.ctx).verdict is Verdict.VERIFIED


def test_what_does_not_verify_is_not_handed_out(story: Story, tmp_path: Path) -> None:
    entries = log_store().entries(0, log_size())
    received = next(entry for entry in entries if b"submission.received" in entry.data)
    changed = received.data.replace(b'"why":"form"', b'"why":"mail"')
    assert as_administrator("UPDATE ledger_entry SET data = %s WHERE seq = %s", [changed, received.seq]) == 1
    with pytest.raises(DoesNotHold):
        export(story, tmp_path / "out")
    assert list(tmp_path.glob("*out*")) == []


def test_our_own_check_stands_before_the_door(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bundles.write_tags

    def slip(bag: Any, *rest: Any) -> None:
        real(bag, *rest)
        target = bag.folder / "data/custody.html"
        target.write_bytes(target.read_bytes() + b"\n")

    monkeypatch.setattr(bundles, "write_tags", slip)
    with pytest.raises(DoesNotHold, match="nothing was handed out"):
        export(story, tmp_path / "out")
    assert list(tmp_path.glob("*out*")) == []


def test_a_document_whose_key_is_gone_stops_it(story: Story, tmp_path: Path) -> None:
    destroy_key(KeyId(story.case.key))
    with pytest.raises(UsageError, match="no_key"):
        export(story, tmp_path / "out")


def test_an_earlier_bundle_still_verifies_and_a_later_one_continues_it(story: Story, tmp_path: Path) -> None:
    first = export(story, tmp_path / "first")
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    second = export(story, tmp_path / "second")
    assert second.items > first.items
    names = [path.name for path in (second.path / "proofs/consistency").iterdir()]
    assert names == [f"{first.size}-{second.size}.json"]
    assert stand_alone(first.path).verdict == packaged(second.path).verdict == "verified"
    assert both(second.path).verdict == "verified"
