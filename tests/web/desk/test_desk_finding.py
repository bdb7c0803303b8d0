"""Screening what came in: who is looked at, what becomes a lead, what is counted as unread."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from tests.web.desk.desk_room import POSTED, Room, post, word_list

from evenhand.corpus.aim import Account
from evenhand.web.desk.models import Lead, Reading, Screening
from evenhand.web.desk.projections import BATCH
from evenhand.web.desk.protection import declare
from evenhand.web.desk.snapshot import Author, Snapshot
from evenhand.web.desk.words import Band
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify


def wrong_tables(room: Room) -> list[str]:
    """The desk's tables and rows that `ledger verify` names."""
    found = verify(room.ctx).as_json()["findings"]
    return [str(finding) for finding in found if "desk_" in str(finding) or "document" in str(finding)]


def tally() -> dict[tuple[str, str], int]:
    return {(t, o): n for t, o, n in Reading.objects.values_list("target", "outcome", "posts")}


def test_a_flagged_post_becomes_a_lead_with_its_words_sealed(room: Room) -> None:
    run = room.find("you idiot, sit down", "what a fine speech")
    assert (run.posts, run.leads) == (2, 1)
    lead = Lead.objects.get()
    assert (lead.target, lead.act, lead.band) == (room.ana, "replied", Band.AFFECTED)
    assert (lead.categories, lead.score, lead.posted_at) == ("insult abuse", 950, POSTED)
    texts = open_texts([lead.snapshot, lead.author], actor=SYSTEM, purpose="test", ctx=room.ctx)
    words = Snapshot.opened(texts[lead.snapshot])
    assert words.text == "you idiot, sit down"
    assert [(span.begin, span.end) for span in words.spans] == [(4, 9)]
    assert "idiot" in words.reason
    assert all(clause.number and clause.since for clause in words.clauses)
    assert Author(**__import__("json").loads(texts[lead.author])).handle


def test_what_was_written_lies_in_no_plain_column(room: Room) -> None:
    room.find("you idiot with a canary word")
    columns = str(list(Lead.objects.values())) + str(list(Screening.objects.values()))
    assert "canary" not in columns
    assert "someone" not in columns


@pytest.mark.parametrize(
    "known",
    [
        {"relation": "repost"},
        {"relation": "like"},
        {"relation": "react"},
        {"relation": "forward"},
        {"relation": "system"},
        {"relation": "report"},
        {"visibility": "direct"},
        {"side": {}},
        {"side": {"reply_to_author": "4242"}},
        {"author_id": "1001"},
        {"deletion_state": "never_held"},
    ],
)
def test_nobody_is_screened_for_what_is_not_theirs_or_not_aimed_at_the_protected(
    room: Room, known: dict[str, Any]
) -> None:  # FMT-C1
    room.bring_in([post("you idiot", **known)])
    assert room.screen().posts == 0
    assert not Lead.objects.exists()
    assert tally() == {}


@pytest.mark.parametrize(("relation", "act"), [("post", "wrote"), ("reply", "replied"), ("quote", "quoted")])
def test_the_act_is_kept(room: Room, relation: str, act: str) -> None:
    room.bring_in([post("you idiot", relation=relation)])
    room.screen()
    assert Lead.objects.get().act == act


def test_a_post_is_aimed_at_whoever_wrote_the_one_it_answers_or_quotes(room: Room) -> None:
    own = post("My speech", at="", author_id="1002", relation="post")
    answer = post("you idiot", at="", reply_to=own["record_key"])
    quote = post("what an idiot", at="", quote_of=own["record_key"], relation="quote")
    mention = {"id": None, "handle": "BEN", "start": 0, "end": 4}
    named = post("@BEN idiot", at="", mentions=[mention], relation="post")
    room.bring_in([own, answer, quote, named])
    room.screen()
    assert [lead.target for lead in Lead.objects.all()] == [room.ben] * 3


def test_what_could_not_be_read_is_counted_per_person_and_reason(room: Room) -> None:
    room.bring_in(
        [
            post("ok"),
            post("hm"),
            post(None),
            post("quite long but cut", truncated=True),
            post("all is well"),
            post("no", at="1002"),
        ]
    )
    run = room.screen()
    assert (run.posts, run.leads) == (6, 0)
    assert tally() == {
        (room.ana, "too_short"): 2,
        (room.ana, "no_text"): 1,
        (room.ana, "cut_short"): 1,
        (room.ana, "read"): 1,
        (room.ben, "too_short"): 1,
    }


def test_screening_again_adds_nothing_and_new_posts_are_screened_alone(room: Room) -> None:
    room.find("you idiot")
    documents = Screening.objects.count()
    assert room.screen().posts == 0
    assert Screening.objects.count() == documents
    assert room.find("we will find you").posts == 1
    assert Lead.objects.count() == 2


def test_a_run_that_was_cut_off_records_no_post_twice(room: Room) -> None:
    room.bring_in([post("you idiot"), post("idiot you")])
    calls: list[int] = []

    def fails_at_the_end(texts: Any, parents: Any) -> Any:
        calls.append(len(texts))
        return word_list(texts, parents)

    from evenhand.web.desk import finding

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(finding, "_record_run", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        finding.screen_new_posts(room.corpus, room.ctx, screen=fails_at_the_end, code=None)
    assert Lead.objects.count() == 2
    assert room.screen().posts == 2
    assert Lead.objects.count() == 2
    assert tally() == {(room.ana, "read"): 2}


def test_another_observation_of_the_same_post_is_no_second_lead(room: Room) -> None:
    first = post("you idiot")
    room.bring_in([first])
    room.screen()
    again = {k: v for k, v in first.items() if k not in {"observation_sha256", "imported_at"}}
    room.bring_in([again | {"text_norm": "you idiot !", "text_raw": b"you idiot !", "raw_record_sha256": "f" * 64}])
    assert room.screen().posts == 1
    assert Lead.objects.count() == 1


def test_an_edit_that_turns_into_a_threat_is_a_new_lead(room: Room) -> None:
    first = post("you idiot")
    room.bring_in([first])
    room.screen()
    again = {k: v for k, v in first.items() if k not in {"observation_sha256", "imported_at"}}
    words = "you idiot, I will find you"
    room.bring_in([again | {"text_norm": words, "text_raw": words.encode(), "raw_record_sha256": "f" * 64}])
    room.screen()
    assert sorted(lead.band for lead in Lead.objects.all()) == [Band.DANGER, Band.AFFECTED]


def test_nothing_is_screened_while_nobody_is_protected(room: Room) -> None:
    from evenhand.web.desk.models import Protected

    Protected.objects.all().delete()
    room.bring_in([post("you idiot")])
    assert room.screen().posts == 0
    assert not Screening.objects.exists()


def test_the_tables_are_what_the_record_says(room: Room) -> None:
    room.find("you idiot", "we will find you", "ok")
    assert wrong_tables(room) == []
    lead = Lead.objects.first()
    assert lead is not None
    Lead.objects.filter(id=lead.id).update(score=1)
    assert any("score" in words and lead.id in words for words in wrong_tables(room))
    Lead.objects.filter(id=lead.id).update(score=950)
    Reading.objects.update(posts=9)
    assert any("posts" in words for words in wrong_tables(room))


@pytest.mark.slow
def test_a_thousand_leads_are_one_leaf_each_batch(room: Room) -> None:
    from evenhand.web.record.models import LedgerEntry

    room.bring_in([post(f"you idiot number {n}") for n in range(1_001)])
    before = LedgerEntry.objects.count()
    assert room.screen().leads == 1_001
    leaves = [bytes(data).decode() for data in LedgerEntry.objects.order_by("seq").values_list("data", flat=True)]
    batches = [leaf for leaf in leaves[before:] if "evidence.batch_sealed" in leaf]
    assert [leaf.count('"cnt":1000') + leaf.count('"cnt":1,') for leaf in batches] == [1, 1]
    assert wrong_tables(room) == []
    assert BATCH


def test_the_table_refuses_half_a_disposal(room: Room) -> None:
    room.find("you idiot")
    for wrong in ({"status": "dropped"}, {"reason": "criticism"}, {"disposed_by": room.officer}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Lead.objects.update(**wrong)


def test_the_table_holds_one_lead_per_observation(room: Room) -> None:
    room.find("you idiot")
    lead = Lead.objects.get()
    lead.id = "f" * 32
    with pytest.raises(IntegrityError), transaction.atomic():
        lead.save(force_insert=True)


def test_what_somebody_handed_in_is_screened_as_aimed_at_them(room: Room) -> None:
    room.bring_in([post("you idiot, sit down", at="", platform="other", side={"shield": room.ben})])
    assert room.screen().leads == 1
    assert Lead.objects.get().target == room.ben


def test_a_bluesky_answer_names_whose_post_it_answers(room: Room) -> None:
    account = Account("bluesky", "did:plc:cora", None)
    cora = declare(label="Speaker", accounts=[account], actor=SYSTEM, ctx=room.ctx)
    answered = "bluesky:at://did:plc:cora/app.bsky.feed.post/3k"
    room.bring_in([
        post("you idiot, sit down", at="", platform="bluesky", reply_to=answered),
        post("you idiot, stand up", at="", platform="bluesky", quote_of=answered),
    ])  # fmt: skip
    assert room.screen().leads == 2
    assert set(Lead.objects.values_list("target", flat=True)) == {cora}
