from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.screening import Abstention, Category, Frame, Screener, Target, Verdict
from evenhand.screening.model import shipped
from evenhand.screening.targets import target_of

TONE = {Category.INCIVILITY, Category.PROFANITY}


def same(one: Verdict, other: Verdict) -> bool:
    """Return whether two verdicts agree: flags, spans and words equal, scores within a thousandth."""
    near = all(abs((one.scores[c] or 0) - (other.scores[c] or 0)) <= 1e-3 for c in Category)
    return near and replace(one, scores={}) == replace(other, scores={})


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener()


def test_a_verdict_has_the_agreed_shape(screener: Screener) -> None:
    shape = screener.screen(["You are an idiot"])[0].to_dict()
    assert list(shape) == [
        "id", "abstained", "scores", "flags", "frame", "target", "groups", "spans", "reason", "model", "calibration",
    ]  # fmt: skip
    assert list(shape["scores"]) == [
        "abuse", "insult", "identity_attack", "threat", "sexual_harassment", "dehumanisation", "doxxing",
        "pile_on_call", "profanity", "incivility",
    ]  # fmt: skip
    assert set(shape["spans"][0]) == {"begin", "end", "category"}


def test_every_head_is_trained(screener: Screener) -> None:
    assert all(score is not None for score in screener.screen(["You are an idiot"])[0].scores.values())


def test_a_head_that_is_not_trained_is_null_never_zero() -> None:
    scores = Screener(shipped().model.id).screen(["You are an idiot"])[0].scores
    served = {Category.ABUSE, Category.IDENTITY_ATTACK, Category.INCIVILITY, Category.THREAT}
    assert {c for c in Category if scores[c] is not None} == served


@pytest.mark.parametrize(
    ("text", "flag", "words"),
    [
        ("You are an idiot", Category.ABUSE, "idiot"),
        ("you are an 1d10t", Category.ABUSE, "1d10t"),
        ("you are an i d i o t, sir", Category.ABUSE, "i d i o t"),
        ("🙂🙂 you are an id\u200biot", Category.ABUSE, "id\u200biot"),
        ("you mօron", Category.ABUSE, "mօron"),
        ("I will kill you", Category.THREAT, "I will kill you"),
        ("We know where you live", Category.THREAT, "We know where you live"),
        ("I hope you die in a fire", Category.THREAT, "I hope you die in a fire"),
    ],
)
def test_spans_are_code_points_of_the_string_given(screener: Screener, text: str, flag: Category, words: str) -> None:
    verdict = screener.screen([text])[0]
    assert flag in verdict.flags
    assert words in {text[s.begin : s.end] for s in verdict.spans if s.category is flag}
    assert words in verdict.reason


@pytest.mark.parametrize(
    "text",
    [
        "Resign today. You broke every promise you made.",
        "Vote her out in May, she ignored this ward for years.",
        "If you vote for this cut we will vote you out.",
        "The minister's plan is wrong and I will campaign against it.",
        "Kill the bill! March with us on Saturday.",
        "Thank you for a lovely evening with the branch.",
    ],
)
def test_robust_criticism_is_not_abuse(screener: Screener, text: str) -> None:
    assert not set(screener.screen([text])[0].flags) - TONE


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('Writing "you are an idiot" under her post is not acceptable.', Frame.CONDEMNED),
        ('A man shouted "you stupid idiot" at the speaker and left.', Frame.QUOTED),
        ("Somebody called me an idiot and a liar at the gate today.", Frame.OWN_EXPERIENCE),
    ],
)
def test_words_that_are_mentioned_are_not_counted_against_the_writer(
    screener: Screener, text: str, frame: Frame
) -> None:
    verdict = screener.screen([text])[0]
    assert verdict.frame is frame
    assert verdict.flags == ()
    assert verdict.spans


def test_a_quotation_does_not_excuse_the_rest(screener: Screener) -> None:
    verdict = screener.screen(['You stupid idiot, he said "fine" and you believed it, moron.'])[0]
    assert verdict.frame is Frame.ASSERTED
    assert Category.ABUSE in verdict.flags


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", Abstention.NO_TEXT),
        ("  \n", Abstention.NO_TEXT),
        ("https://example.org/picture.png", Abstention.LINK_OR_IMAGE_ONLY),
        ("@somebody @other", Abstention.LINK_OR_IMAGE_ONLY),
        ("k", Abstention.TOO_SHORT),
        ("!!! 123", Abstention.TOO_SHORT),
        ("Du bist so dumm, geh weg und komm nicht wieder", Abstention.LANGUAGE_NOT_SERVED),
        ("это очень плохая идея", Abstention.LANGUAGE_NOT_SERVED),
    ],
)
def test_what_cannot_be_judged_gets_no_number(screener: Screener, text: str, why: Abstention) -> None:
    verdict = screener.screen([text])[0]
    assert verdict.abstained is why
    assert all(score is None for score in verdict.scores.values())
    assert not verdict.flags
    assert "safe" not in verdict.reason.lower()
    assert "no threat" not in verdict.reason.lower()


def test_target_and_groups(screener: Screener) -> None:
    reader, group = screener.screen(["You are an idiot", "Muslims are vermin"])
    assert reader.target is Target.ADDRESSEE
    assert group.target is Target.GROUP
    assert group.groups == ("religion",)


def test_who_gives_an_address_away_speaks_to_others_about_her() -> None:
    words = "she lives at 14 harbour row, go and tell her yourself"
    assert target_of(words, (Category.DOXXING,), ()) is Target.OTHER
    assert target_of(words, (Category.INSULT,), ()) is Target.ADDRESSEE
    assert target_of("i know where you live, your street is on the map", (Category.DOXXING,), ()) is Target.ADDRESSEE


def test_a_reply_that_names_nobody_is_aimed_at_the_parents_author(screener: Screener) -> None:
    text = "utter scum, stupid idiot"
    reply = screener.screen([text], parents=["I propose item 4."])[0]
    assert reply.target is Target.ADDRESSEE


def test_as_many_parents_as_texts(screener: Screener) -> None:
    with pytest.raises(UsageError, match="1 texts but 2 parents"):
        screener.screen(["a"], parents=[None, None])


@pytest.mark.parametrize("model", ["linear-000000000000", "../../etc", "latest", ""])
def test_a_model_that_is_not_here_is_refused_not_replaced(model: str, tmp_path) -> None:
    with pytest.raises(UsageError):
        Screener(model, models=tmp_path)


def test_the_shipped_model_can_be_named() -> None:
    assert Screener(Screener().model_id).model_id == Screener().model_id


PIECES = [
    "you",
    "are",
    "an",
    "idiot",
    "kill",
    "all",
    "1d10t",
    "women",
    "i",
    "will",
    "@a",
    "https://x.y",
    "🔪",
    "\u200b",
]
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES)).map(" ".join))


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(st.lists(TEXTS, min_size=1, max_size=9))
def test_a_text_gets_the_same_verdict_alone_and_in_any_batch(texts: list[str]) -> None:
    screener = Screener()
    together = screener.screen(texts)
    assert all(same(one, screener.screen([text])[0]) for text, one in zip(texts, together, strict=True))
    for text, verdict in zip(texts, together, strict=True):
        assert all(0 <= span.begin < span.end <= len(text) for span in verdict.spans)
        assert all(score is None or 0 <= score <= 1 for score in verdict.scores.values())


@pytest.mark.slow
def test_a_loud_neighbour_and_the_place_in_the_batch_change_nothing(screener: Screener) -> None:
    text = "This motion fails women, and I say that as a member."
    batch = ["you idiot " * 400] * 20 + [text] + ["I will kill you " * 300] * 3
    assert same(screener.screen(batch)[20], screener.screen([text])[0])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I hate muslims", "I hate christians"),
        ("women should not vote", "men should not vote"),
        ("he is a liar and a clown", "she is a liar and a clown"),
        ("all liberals are scum", "all conservatives are scum"),
        ("I love gay people", "I love straight people"),
        ("calling women stupid idiots", "calling men stupid idiots"),
        ("stupid women", "stupid men"),
    ],
)
def test_swapping_a_listed_word_changes_no_flag_and_no_score(screener: Screener, one: str, other: str) -> None:
    first, second = screener.screen([one, other])
    assert same(replace(first, reason="", groups=(), spans=()), replace(second, reason="", groups=(), spans=()))


def test_case_and_account_names_change_nothing(screener: Screener) -> None:
    first, second = screener.screen(["@alice You Are An Idiot", "@bob you are an IDIOT"])
    assert all(abs((first.scores[c] or 0) - (second.scores[c] or 0)) <= 1e-3 for c in Category)


def test_no_socket_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    assert Screener().screen(["You are an idiot"])[0].flags


@pytest.mark.slow
def test_a_hostile_post_is_bounded(screener: Screener) -> None:
    texts = ['"' * 50_000, "a" * 200_000, "i will " * 30_000, "\ud800" * 1000, "if you " * 20_000 + "dead"]
    assert len(screener.screen(texts)) == len(texts)


def test_a_stated_language_overrules_the_words_never_the_script(screener: Screener) -> None:
    texts = ["zorblat quimf drenk", "Das ist doch alles nur ein Missverständnis", "You are an idiot", "ты идиот, уходи"]
    detected = screener.screen(texts)
    assert [v.abstained for v in detected] == [
        Abstention.LANGUAGE_NOT_SERVED, Abstention.LANGUAGE_NOT_SERVED, None, Abstention.LANGUAGE_NOT_SERVED,
    ]  # fmt: skip
    english = screener.screen(texts, languages=["en", "en-GB", "EN_us", "en"])
    assert [v.abstained for v in english] == [None, None, None, Abstention.LANGUAGE_NOT_SERVED]
    german = screener.screen(texts, languages=["de"] * 4)
    assert {v.abstained for v in german} == {Abstention.LANGUAGE_NOT_SERVED}
    assert screener.screen(texts, languages=[None, "und", None, "und"]) == detected


def test_what_has_no_words_stays_unread_in_any_stated_language(screener: Screener) -> None:
    unread = [v.abstained for v in screener.screen(["", "ok", "12 345"], languages=["en"] * 3)]
    assert unread == [Abstention.NO_TEXT, Abstention.TOO_SHORT, Abstention.TOO_SHORT]


def test_there_is_one_language_for_each_text(screener: Screener) -> None:
    with pytest.raises(UsageError, match="2 texts but 1 languages"):
        screener.screen(["one two three", "four five six"], languages=["en"])
