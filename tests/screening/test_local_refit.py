"""Local refit: what it learns, and each ground on which it is refused (SCREENING §5, INV-35, INV-53)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.categories import Category
from evenhand.errors import DoesNotHold, UsageError
from evenhand.screening import Abstention, Frame, Screener, Target, Verdict
from evenhand.screening.local import (
    Example,
    LocalHead,
    LocalPackage,
    LocalScreener,
    Opinion,
    agreed,
    divided,
    from_rows,
    load_local,
    refit,
    save_local,
    swap_pairs,
    swap_test,
)
from evenhand.screening.local.apply import QUIETED, RAISED
from evenhand.screening.own_text import sentences

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
THRESHOLDS = {Category.ABUSE: 0.5, Category.THREAT: 0.5}
PLACES = ("bridge", "market", "library", "harbour", "meadow", "station", "chapel", "garden", "bakery", "mill")
PEOPLE = ("the clerk", "our mayor", "a teacher", "the baker", "that driver", "my neighbour", "a nurse", "your agent")

BIASED = {"women", "woman", "she", "muslims", "gay", "immigrants", "disabled", "liberals"}


@dataclass(frozen=True)
class Words:
    """Stand in for the detector: a score per word; `sore` adds to posts with a word of BIASED."""

    sore: float = 0.0
    model_id: str = "words/1"
    calibration_id: str = "cal/1"

    def screen(
        self,
        texts: Sequence[str],
        parents: Sequence[str | None] | None = None,
        languages: Sequence[str | None] | None = None,
    ) -> list[Verdict]:
        return [self.verdict(text) for text in texts]

    def verdict(self, text: str) -> Verdict:
        abuse = 0.8 if "idiot" in text else 0.6 if "clown" in text else 0.2
        abuse = min(0.99, abuse + (self.sore if BIASED & set(text.lower().split()) else 0.0))
        threat = 0.9 if "find you" in text else 0.01
        scores = dict.fromkeys(Category) | {Category.ABUSE: abuse, Category.THREAT: threat}
        flags = tuple(c for c in THRESHOLDS if (scores[c] or 0) >= 0.5)
        frame = Frame.QUOTED if text.startswith("“") else Frame.ASSERTED
        return Verdict(None, scores, flags, frame, Target.NONE, (), (), "r", self.model_id, self.calibration_id)


def examples(word: str, *, abuse: bool, by: tuple[str, ...] = ("ann", "bo")) -> list[Example]:
    """Eighty posts with a word in them, labelled alike."""
    texts = [f"{who} of the {place} is a {word} today" for who in PEOPLE for place in PLACES]
    return [Example(f"{word}-{n}", t, {Category.ABUSE: abuse}, by, "2026-04-01", "lead") for n, t in enumerate(texts)]


def own_words() -> list[Example]:
    """What this organisation says: its clowns are a circus, and "muppet" is meant to hurt."""
    return examples("clown", abuse=False) + examples("muppet", abuse=True)


def made(rows: Sequence[Example] | None = None, base: Words | None = None) -> LocalPackage:
    learnt, held = divided(rows if rows is not None else own_words())
    return refit(learnt, held, base=base or Words(), thresholds=THRESHOLDS, now=NOW)


@pytest.fixture(scope="module")
def package() -> LocalPackage:
    return made()


def test_a_refit_learns_what_two_people_said(package: LocalPackage) -> None:
    local = LocalScreener(Words(), package)
    clown, muppet, idiot, other = local.screen(
        ["my uncle of the ferry is a clown today", "my uncle is a muppet today", "you idiot", "a fine speech"]
    )
    assert (clown.flags, clown.reason) == ((), QUIETED)
    assert muppet.flags == (Category.ABUSE,)
    assert RAISED in muppet.reason
    assert idiot.flags == (Category.ABUSE,)
    assert other.flags == ()
    assert clown.calibration == f"cal/1+{package.id}"
    assert clown.model == "words/1"


def test_the_report_says_what_was_checked(package: LocalPackage) -> None:
    report = package.report
    assert report["made_at"] == "2026-05-01T09:00:00+00:00"
    assert report["swaps"]["pairs"] >= 50
    assert report["swaps"]["same"] >= 0.95
    check = report["checks"]["abuse"]
    assert check["after"]["loss"] < check["before"]["loss"]
    assert check["after"]["wrong"] < check["before"]["wrong"]
    assert report["learnt_from"] + report["held_out"] == 160


def test_the_same_examples_give_the_same_refit(package: LocalPackage) -> None:
    assert made().id == package.id


def test_a_post_is_judged_alike_alone_and_in_a_batch(package: LocalPackage) -> None:
    local = LocalScreener(Words(), package)
    texts = ["a clown", "a muppet", "you idiot", ""]
    assert local.screen(texts) == [local.screen([text])[0] for text in texts]


def test_quotations_abstentions_and_danger_stay_as_they_are(package: LocalPackage) -> None:
    base = Words()
    local = LocalScreener(base, package)
    quoted, threat = local.screen(["“the clerk is a muppet”, she said", "clown, we will find you"])
    assert quoted.flags == base.verdict("“the clerk is a muppet”").flags
    assert threat.flags == (Category.THREAT,)
    assert threat.scores[Category.THREAT] == 0.9

    @dataclass(frozen=True)
    class Silent(Words):
        def verdict(self, text: str) -> Verdict:
            return replace(super().verdict(text), abstained=Abstention.TOO_SHORT, scores=dict.fromkeys(Category))

    (silent,) = LocalScreener(Silent(), package).screen(["a muppet"])
    assert silent.scores[Category.ABUSE] is None
    assert silent.abstained is Abstention.TOO_SHORT


@pytest.mark.parametrize("by", [(), ("ann",), ("ann", "ann"), ("ann", " ")])
def test_it_is_refused_without_two_labellers(by: tuple[str, ...]) -> None:
    rows = own_words()
    rows[17] = replace(rows[17], by=by)
    with pytest.raises(UsageError, match="labelled this example") as refusal:
        made(rows)
    assert "/desk/labels" in str(refusal.value)


def test_a_thousand_clicks_by_one_person_make_no_refit() -> None:
    clicks = [Example(f"c{n}", f"the idiot number {n}", {Category.ABUSE: False}, ("ann",), "", "lead")
              for n in range(1000)]  # fmt: skip
    with pytest.raises(UsageError, match="1 person labelled"):
        made([*own_words(), *clicks])


def test_it_is_refused_where_the_swap_test_fails() -> None:
    with pytest.raises(DoesNotHold, match="swap test fails"):
        made(base=Words(sore=0.5))


def test_the_swap_test_needs_pairs_enough() -> None:
    learnt, held = divided(own_words())
    with pytest.raises(DoesNotHold, match="of 1 pairs"):
        refit(learnt, held, base=Words(), thresholds=THRESHOLDS, now=NOW, pairs=[("he is here", "she is here")])


def test_it_is_refused_where_a_held_out_check_gets_worse() -> None:
    learnt, held = divided(own_words())
    turned = [replace(one, heads={Category.ABUSE: not one.heads[Category.ABUSE]}) for one in held]
    with pytest.raises(DoesNotHold, match=r"does worse on .* held-out examples"):
        refit(learnt, turned, base=Words(), thresholds=THRESHOLDS, now=NOW)


def test_it_is_refused_where_our_own_sentences_get_worse() -> None:
    """Two people who call sharp criticism abuse train a detector of criticism; the sentences that come along say so."""
    sharp = [one.text for one in sentences() if one.file == "harsh_speech" and not one.held_out][:240]
    mild = [f"the {place} report by {who}" for who in PEOPLE for place in PLACES]
    rows = [Example(f"p{n}", text, {Category.ABUSE: text not in mild}, ("ann", "bo"), "", "lead")
            for n, text in enumerate(sharp + mild)]  # fmt: skip
    learnt, held = [r for n, r in enumerate(rows) if n % 3], [r for n, r in enumerate(rows) if not n % 3]
    with pytest.raises(DoesNotHold, match=r"does worse on .* come with the detector"):
        refit(learnt, held, base=Words(), thresholds=THRESHOLDS, now=NOW)


def test_it_is_refused_with_too_few_of_either_answer() -> None:
    with pytest.raises(UsageError, match="no category has 20 examples of each answer"):
        made(examples("muppet", abuse=True))


def test_examples_that_are_also_held_out_are_refused() -> None:
    rows = own_words()
    with pytest.raises(UsageError, match="among those held out"):
        refit(rows, rows[:40], base=Words(), thresholds=THRESHOLDS, now=NOW)


def test_a_refit_of_another_model_is_not_taken(package: LocalPackage) -> None:
    with pytest.raises(UsageError, match="was made for words/1"):
        LocalScreener(Words(calibration_id="cal/2"), package)


def test_agreement_is_two_different_people_and_nobody_against() -> None:
    yes, no = {Category.ABUSE: True}, {Category.ABUSE: False}
    assert agreed([Opinion("ann", yes), Opinion("bo", yes)]) == (yes, ("ann", "bo"))
    assert agreed([Opinion("ann", yes), Opinion("ann", yes)])[0] == {}
    assert agreed([Opinion("ann", yes), Opinion("bo", yes), Opinion("cy", no)])[0] == {}
    assert agreed([Opinion("ann", no), Opinion("ann", yes), Opinion("bo", yes)])[0] == yes
    assert agreed([Opinion("ann", yes), Opinion("bo", {})])[0] == {}


def test_rows_go_there_and_back_and_a_bad_one_is_named() -> None:
    rows = [one.to_row() for one in own_words()[:3]]
    assert [one.to_row() for one in from_rows(json.loads(json.dumps(rows)))] == rows
    for wrong in ({"heads": {"abuse": 0.5}}, {"heads": {"rude": 1}}, {"by": 3}, {"heads": []}):
        with pytest.raises(UsageError, match="example 1: this is no labelled example"):
            from_rows([rows[0] | wrong])


def test_a_file_goes_there_and_back_and_an_altered_one_is_refused(package: LocalPackage, tmp_path: Path) -> None:
    path = save_local(package, tmp_path)
    assert path.name == f"{package.id}.json"
    assert load_local(tmp_path, package.id) == package
    raw = json.loads(path.read_text())
    raw["heads"]["abuse"]["offset"] += 1
    path.write_text(json.dumps(raw))
    with pytest.raises(UsageError, match="not the refit its name says"):
        load_local(tmp_path, package.id)
    path.write_text("{")
    with pytest.raises(UsageError, match="not a readable refit"):
        load_local(tmp_path, package.id)
    with pytest.raises(UsageError, match="not on this machine"):
        load_local(tmp_path, "local-0123456789ab")
    with pytest.raises(UsageError, match="not the id of a refit"):
        load_local(tmp_path, "../local-0123456789ab")


def test_a_file_that_touches_danger_is_refused(tmp_path: Path) -> None:
    package = LocalPackage("m", "c", {Category.THREAT: LocalHead(1.0, -3.0, 0.5, {})})
    save_local(package, tmp_path)
    with pytest.raises(UsageError, match="not the refit its name says"):
        load_local(tmp_path, package.id)


def test_swap_pairs_change_one_listed_word() -> None:
    assert swap_pairs(["He is  right", "the women of the mill"]) == [
        ("He is right", "she is right"),
        ("the women of the mill", "the men of the mill"),
    ]
    report = swap_test(Words(sore=0.5), [("women", "men")])
    assert (report.same, report.holds) == (0.0, False)


@pytest.mark.slow
def test_on_the_shipped_detector_a_head_moves_one_word_and_stands_the_swap_test() -> None:
    base = Screener(threads=1)
    heads = {Category.ABUSE: LocalHead(1.0, 0.0, 0.0001, {})}
    plain = LocalPackage(base.model_id, base.calibration_id, heads)
    (verdict,) = LocalScreener(base, plain).screen(["The bus shelter is a fine idea."])
    assert verdict.flags == (Category.ABUSE,)
    assert verdict.reason.startswith("The post as a whole")
    same = LocalScreener(base, LocalPackage(base.model_id, base.calibration_id, {}))
    texts = ["You utter idiot", "She is a fine mayor", ""]
    assert [v.scores for v in same.screen(texts)] == [v.scores for v in base.screen(texts)]
