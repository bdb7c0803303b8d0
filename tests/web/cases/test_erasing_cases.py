"""T-ERASE and T-COUNT on whole cases: what was said is gone, all else verifies, every published figure stays."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db.models import F
from django.utils import translation
from tests.cast import text_of
from tests.databases import Desk
from tests.web.cases.cases_story import Story
from tests.web.cases.cases_story import step as walk
from tests.web.cases.cases_story import story as walked
from tests.web.cases.story_room import Story as Pages
from tests.web.cases.story_room import to_assessor
from tests.web.cases.test_contact_step import png
from tests.web.publish import statistics_room as others
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import everything_on_disk

from evenhand.cli import bundle as bundle_command
from evenhand.context import Context
from evenhand.errors import UsageError
from evenhand.ledger.checking import Verdict
from evenhand.procedure.clocks import ClockId
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.statistics import Period
from evenhand.web.cases.bundle import export_bundle
from evenhand.web.cases.clocks import window_served
from evenhand.web.cases.counting import count
from evenhand.web.cases.erasing import erase_case, forget_lookups
from evenhand.web.cases.models import Case, LookupAsk, Outcome, Party, SubmissionItem, Upload
from evenhand.web.cases.queries import files_of
from evenhand.web.cases.steps.decide.closing import closes_after
from evenhand.web.cases.steps.files import add_file, clear
from evenhand.web.cases.steps.scope import approve_lookup, ask_lookup
from evenhand.web.record.documents import instant
from evenhand.web.record.erasing import counts
from evenhand.web.record.ids import SYSTEM, ActorId, KeyId
from evenhand.web.record.keys import KeyRefused, unwrap
from evenhand.web.record.models import LedgerEntry, Opening, Pseudonym, Record, SealedText
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import audit, verify
from evenhand.web.vault.erasing import erase as erase_object
from evenhand.web.vault.erasing import leaves_about, scope_of_object
from evenhand.web.vault.holds import Held, check_free, check_nothing_runs
from evenhand.web.vault.models import Erasure, VaultObject
from evenhand.web.vault.objects import derive
from evenhand.web.vault.queries import object_lines
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow
QUARTER = Period.quarter(2026, 1)


def closed(desk: Desk, told: Story | None = None) -> Story:
    """Return a case that went its whole way; `told`: one before it, whose people take part again."""
    return walked(desk.ctx, until=State.CLOSED, people=told.people if told else None)


def erase(staff: Staff, case: Case) -> None:
    erase_case(case, why=Why.RETENTION, first=staff.dpo, second=staff.keeper, ctx=staff.desk.ctx)


def erase_file(staff: Staff, file: str, why: Why) -> None:
    erase_object(
        kind=Kind.OBJECT, target=file, why=why, first=staff.dpo, second=staff.keeper, scope=scope_of_object(file),
        ctx=staff.desk.ctx,
    )  # fmt: skip


def test_a_closed_case_goes_and_every_other_proof_and_figure_stays(room: Desk) -> None:
    kept = closed(room)
    gone = closed(room, kept)
    party = Party.objects.filter(case=gone.case).exclude(side="respondent").select_related("case__submission").get()
    file = add_file(party=party, name="Robin Quill.png", data=png(), ctx=room.ctx)
    staff, before = Staff(room), count(QUARTER)
    post = SubmissionItem.objects.get(submission=gone.case.submission).item
    keys = [KeyId(gone.case.key), KeyId(gone.case.submission.key), KeyId(post.key)]
    secrets = [unwrap(key, actor=SYSTEM, purpose="test") for key in keys]
    texts = set(SealedText.objects.exclude(key_id__in=keys).values_list("id", flat=True))
    erase(staff, gone.case)
    assert count(QUARTER) == before, "every figure is as it was published"
    (figures,) = [json.loads(value) for _, value in counts()]
    assert figures["opened"] and figures["route"] and not {"id", "subject", "number"} & figures.keys()
    for key in keys:
        for model in (Record, Opening, SealedText, Pseudonym):
            assert not model.objects.filter(key_id=key).exists()
        with pytest.raises(KeyRefused):
            unwrap(key, actor=SYSTEM, purpose="test")
    assert texts <= set(SealedText.objects.values_list("id", flat=True))
    disk = everything_on_disk(room)
    assert not any(trace in disk for trace in (*secrets, png(), b"Robin Quill"))
    assert VaultObject.objects.get(pk=file).state == "erased"
    row = Party.objects.get(pk=party.pk)
    assert (row.name, row.contact, row.account, row.code_digest) == (None,) * 4
    close_read_windows(room.ctx)
    for report in (verify(room.ctx), audit(room.ctx)):
        assert report.verdict is Verdict.VERIFIED, [f for f in report.findings if f.verdict is Verdict.FAILED]
        assert "erased_lawfully" in {finding.reason for finding in report.findings}
    assert Record.objects.filter(key_id=kept.case.key).exists() and files_of(gone.case).count() == 1


def asked(told: Story, account: str) -> LookupAsk:
    ask_lookup(
        case=told.case, account=account, purpose=f"Is {account} a member?", on_day=date(2026, 1, 5),
        actor=ActorId(told.people["officer_1"]), ctx=told.ctx,
    )  # fmt: skip
    ask = LookupAsk.objects.get(case=told.case_id)
    approve_lookup(ask=ask, actor=ActorId(told.people["officer_2"]), ctx=told.ctx)
    return ask


def left_of(ask: LookupAsk) -> list[str]:
    return list(open_texts([ask.account, ask.purpose], actor=SYSTEM, purpose="test", ctx=Context.system()).values())


def test_whom_a_look_up_asked_for_goes_with_its_case(room: Desk) -> None:
    gone = closed(room)
    other = closed(room, gone)
    mine, theirs = asked(gone, "Q100119"), asked(other, "Q100120")
    assert left_of(mine) == ["Q100119", "Is Q100119 a member?"], "it lay under the organisation's key"
    erase(Staff(room), gone.case)
    assert left_of(mine) == [] and len(left_of(theirs)) == 2
    assert not Record.objects.filter(seq__in=leaves_about(mine.id, "owner.changed")).exists()
    assert forget_lookups(room.ctx) == 0, "nothing is left to do"
    assert verify(room.ctx).verdict is Verdict.VERIFIED


def test_what_older_erasures_left_of_look_ups_goes_as_well(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    told = closed(room)
    ask = asked(told, "Q100119")
    with monkeypatch.context() as before:
        before.setattr(LookupAsk.objects, "filter", lambda **_: LookupAsk.objects.none())
        erase(Staff(room), told.case)
    assert len(left_of(ask)) == 2, "as it was before"
    assert forget_lookups(room.ctx) == 1 and forget_lookups(room.ctx) == 0
    assert left_of(ask) == [] and verify(room.ctx).verdict is Verdict.VERIFIED


def test_a_look_up_that_was_made_lies_under_the_key_of_its_case(story: Pages) -> None:
    to_assessor(story)
    ask = LookupAsk.objects.get()
    keys = SealedText.objects.filter(field__startswith="lookup.").values_list("field", "key_id")
    fields = ("lookup.account", "lookup.evidence", "lookup.purpose")
    assert sorted(keys) == [(field, story.case.key) for field in fields] and left_of(ask) == []
    assert verify(story.ctx).verdict is Verdict.VERIFIED


def test_an_open_or_held_case_stays(room: Desk) -> None:
    going, staff = walked(room.ctx, until=State.MEMBERSHIP_CHECK), Staff(room)
    with pytest.raises(
        UsageError, match=r"Only a closed case can be erased\. It is still being decided\. After that it"
    ):
        erase(staff, going.case)
    done = closed(room, going)
    hold = staff.place(done.case_id, Kind.CASE)
    leaves = LedgerEntry.objects.count()
    with pytest.raises(Held):
        erase(staff, done.case)
    assert LedgerEntry.objects.count() == leaves + 1, "the attempt is on record"
    staff.release(hold)
    erase(staff, done.case)
    assert verify(room.ctx).verdict is Verdict.VERIFIED


def test_a_file_stays_while_a_case_that_stands_on_it_runs(story: Pages) -> None:
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    file, other = (add_file(party=party, name=f"{n}.png", data=png() + bytes([n]), ctx=story.ctx) for n in (1, 2))
    copy = derive(of=file, method="shout", data=b"a copy", actor=SYSTEM, purpose="test", ctx=story.ctx)
    staff, number = Staff(story.desk), story.case.number
    for each in (file, copy):
        for why in (Why.REQUEST, Why.RETENTION):
            with pytest.raises(UsageError, match=rf"not closed \({number}\)"):
                erase_file(staff, each, why)
    assert not Erasure.objects.exists()
    hold = staff.place(story.case.id, Kind.CASE)
    with pytest.raises(Held):
        check_free(objects=[copy])
    staff.release(hold)
    clear(upload=Upload.objects.get(pk=other), actor=SYSTEM, ctx=story.ctx, restrict=True)
    erase_file(staff, other, Why.DESTRUCTION)


def test_the_files_of_a_case_are_found_and_of_an_erased_one_it_is_said_when_it_went(room: Desk) -> None:
    told = closed(room)
    other, staff = closed(room, told), Staff(room)
    party = Party.objects.filter(case=told.case).exclude(side="respondent").select_related("case__submission").get()
    file, second = (add_file(party=party, name=f"{n}.png", data=png() + bytes([n]), ctx=room.ctx) for n in (1, 2))
    copy = derive(of=file, method="shout", data=b"a copy", actor=SYSTEM, purpose="test", ctx=room.ctx)
    mine = {line.id: line for line in object_lines(case=told.case_id)}
    assert set(mine) == {file, second, copy} and {line.case for line in mine.values()} == {told.case_id}
    assert object_lines(case=other.case_id) == [] and len(object_lines()) == 3
    assert "unchanged since" in mine[file].wording
    erase_file(staff, file, Why.REQUEST)
    at = instant(room.ctx.now())
    erase(staff, told.case)
    said = {line.id: (line.wording, line.grade) for line in object_lines(case=told.case_id)}
    first, rest = f"erased at {at} (erasure_request)", f"erased at {at} (retention)"
    assert said == {file: (first, ""), copy: (first, ""), second: (rest, "")}


def test_a_file_of_a_case_that_is_over_goes(room: Desk) -> None:
    told, staff = closed(room), Staff(room)
    party = Party.objects.filter(case=told.case).exclude(side="respondent").select_related("case__submission").get()
    file = add_file(party=party, name="1.png", data=png(), ctx=room.ctx)
    check_nothing_runs([file])
    erase_file(staff, file, Why.REQUEST)
    assert VaultObject.objects.get(pk=file).state == "erased" and verify(room.ctx).verdict is Verdict.VERIFIED


def test_a_case_stays_while_the_time_to_ask_for_new_people_runs(room: Desk) -> None:
    told, staff = walked(room.ctx, until=State.DECIDED), Staff(room)
    with pytest.raises(UsageError, match=r"Only a closed case .* closes by itself .* are over") as refused:
        erase(staff, told.case)
    assert "not before" not in refused.value.mend, "no letter was served: nobody knows yet when"
    assert Case.objects.get(pk=told.case_id).state == State.DECIDED and not Erasure.objects.exists()


def test_who_asks_too_early_is_told_from_which_day_a_case_closes(room: Desk) -> None:
    told, staff = walked(room.ctx, until=State.DECIDED, rung="L0a"), Staff(room)
    for party in Party.objects.filter(case=told.case, side__in=("complainant", "respondent")):
        assert closes_after(told.case) is None
        window_served(case=told.case_id, clock=ClockId.APPEAL, party=party.id, served=told.ctx.now(), ctx=told.ctx)
    day = closes_after(told.case)
    assert day is not None and day > told.ctx.now().date()
    with pytest.raises(UsageError, match=rf"closes by itself .* are over: not before {day:%-d %B %Y}\."):
        erase(staff, told.case)
    with (
        translation.override("de"),
        pytest.raises(UsageError, match=rf"von selbst geschlossen.*: nicht vor dem {day.day}\."),
    ):
        erase(staff, told.case)
    Outcome.objects.filter(case=told.case_id).update(rung="L3")
    assert closes_after(told.case) is None, "what follows has not begun"
    Outcome.objects.filter(case=told.case_id).update(spent_on=day + timedelta(days=90))
    assert closes_after(told.case) == day + timedelta(days=90)


def test_a_case_that_is_still_being_decided_has_no_day(room: Desk) -> None:
    told, staff = walked(room.ctx, until=State.INDEPENDENT_REVIEW), Staff(room)
    Outcome.objects.filter(case=told.case_id).update(rung="L3", spent_on=told.ctx.now().date())
    assert closes_after(told.case) is None
    with pytest.raises(UsageError, match=r"still being decided") as refused:
        erase(staff, told.case)
    assert "not before" not in refused.value.mend


def test_of_a_merged_case_it_is_said_into_which_one_it_went(room: Desk) -> None:
    into = walked(room.ctx, until=State.MEMBERSHIP_CHECK)
    gone, staff = others.report(room.ctx, 1), Staff(room)
    others.join(gone, into.case_id, into.people, room.ctx)
    gone.refresh_from_db()
    assert gone.state == State.MERGED and closes_after(gone) is None
    with pytest.raises(UsageError, match=rf"It went into case {into.case.number}, and closes by itself when that one"):
        erase(staff, gone)


def test_what_was_merged_stays_while_the_other_case_runs(room: Desk) -> None:
    into = walked(room.ctx, until=State.MEMBERSHIP_CHECK)
    gone, staff = closed(room, into), Staff(room)
    Case.objects.filter(pk=gone.case_id).update(merged_into=into.case_id, revision=F("revision") + 1)
    with pytest.raises(UsageError, match=rf"{gone.case.number}: .* not closed \({into.case.number}\)"):
        erase(staff, gone.case)


def test_a_case_that_was_erased_says_so_in_words(room: Desk) -> None:
    told, staff = closed(room), Staff(room)
    erase(staff, told.case)
    at = instant(Erasure.objects.get().ended_at or told.ctx.now())
    with pytest.raises(UsageError, match=f"{told.case.number}: This was erased already, at {at}. No bundle .* still"):
        erase(staff, told.case)
    Erasure.objects.update(ended_at=None)
    with pytest.raises(UsageError, match="under way"):
        erase(staff, told.case)


def test_no_bundle_of_an_erased_case_and_page_and_command_say_why(
    story: Pages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_assessor(story)
    story.press(story.sits(CaseRole.ASSESSOR), "out-of-scope", code="policy_disagreement")
    walk(story.case.id, State.CLOSED, "system", SYSTEM, story.ctx)
    story.case.refresh_from_db()
    erase(Staff(story.desk), story.case)
    shown = story.client(story.people["officer_1"]).get(f"/cases/{story.case.id}/bundle")
    assert shown.status_code == 400 and "was erased already" in text_of(shown) and "no_key" not in text_of(shown)
    monkeypatch.setattr(bundle_command, "ready", lambda *_, **__: None)
    words = ["export", story.case.number, "--to", str(tmp_path / "out"), "--dir", str(story.desk.home.root)]
    said = CliRunner().invoke(bundle_command.command, words, standalone_mode=False).exception
    assert isinstance(said, UsageError) and f"{story.case.number}: This was erased already" in str(said)
    assert not (tmp_path / "out").exists()


def test_a_case_whose_one_file_was_erased_still_opens_and_is_handed_out_without_it(
    story: Pages, tmp_path: Path
) -> None:
    told = story
    party = Party.objects.select_related("case__submission").get(pk=told.party("complainant").id)
    gone, kept = (add_file(party=party, name=f"{n}.png", data=png() + bytes([n]), ctx=told.ctx) for n in (1, 2))
    officer = told.people["officer_1"]
    told.press(officer, "acknowledge", pseudonym="Ash")
    for file in (gone, kept):
        clear(upload=Upload.objects.get(pk=file), actor=ActorId(officer), ctx=told.ctx, restrict=file == gone)
    erase_file(Staff(told.desk), gone, Why.DESTRUCTION)
    page = text_of(told.client(officer).get(f"/cases/{told.case.id}/files"))
    assert "File 1 erased" in page and "Save a copy of file 2" in page and "Save a copy of file 1" not in page
    told.case.refresh_from_db()
    done = export_bundle(case=told.case, to=tmp_path / "out", actor=ActorId(officer), ctx=told.ctx)
    assert any("it was erased" in words for words in done.refused)
    assert len(list((done.path / "data/objects").glob("*.png"))) == 1
