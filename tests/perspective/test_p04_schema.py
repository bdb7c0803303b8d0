"""PERSP-P4: whatever text comes in, the answer has the shape, finite scores and the token, or a known refusal."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kill import points
from tests.perspective.worlds import shared, shipped_models

RANGES = (
    (0x20, 0x7E), (0x00, 0x1F), (0xA0, 0x2FF), (0x300, 0x36F), (0x400, 0x4FF), (0x4E00, 0x9FFF), (0xD800, 0xDFFF),
    (0x1F300, 0x1FAFF), (0x200B, 0x202E), (0x1D400, 0x1D7FF), (0xE0000, 0xE007F), (0x10FFF0, 0x10FFFF),
)  # fmt: skip
KNOWN = {"LANGUAGE_DETECTION_FAILED", "COMMENT_EMPTY"}


def random_texts(count: int) -> list[str]:
    draw = random.Random(4)
    texts = []
    for _ in range(count):
        low, high = draw.choice(RANGES)
        noise = [chr(draw.randint(low, high)) for _ in range(draw.randint(1, 40))]
        words = draw.choice(["", "you are such a clown and ", "thank you for coming to the meeting, "])
        texts.append(words + "".join(noise) + chr(draw.randint(0, 0x10FFFF)))
    return texts


def check(answer, text: str, token: str) -> None:
    """Hold an answer to the shape of PERSPECTIVE §4, or to a refusal that says why it was not read."""
    if answer.status == 400:
        assert answer.error_type in KNOWN, answer.body
        return
    assert answer.status == 200
    assert set(answer.body) == {"attributeScores", "languages", "detectedLanguages", "clientToken"}
    assert answer.body["clientToken"] == token
    assert answer.body["languages"] == ["en"] and answer.body["detectedLanguages"]
    units = sum(2 if letter > "\uffff" else 1 for letter in text)
    for scores in answer.body["attributeScores"].values():
        assert set(scores) == {"spanScores", "summaryScore"}
        for span in scores["spanScores"]:
            assert 0 <= span["begin"] <= span["end"] <= units
        for score in [scores["summaryScore"], *(span["score"] for span in scores["spanScores"])]:
            assert set(score) == {"value", "type"} and score["type"] == "PROBABILITY"
            assert math.isfinite(score["value"]) and 0 <= score["value"] <= 1


@pytest.mark.slow
def test_p4_a_thousand_random_texts_with_the_shipped_detector(make):
    world = make(models=shipped_models())
    served = tuple(world.service.models.current.attributes)
    answered = 0
    asked = points(short=300, nightly=1_000)
    for number, text in enumerate(random_texts(asked)):
        answer = world.analyze(text, served, spanAnnotations=bool(number % 2), clientToken=f"t{number}")
        check(answer, text, f"t{number}")
        answered += answer.status == 200
    assert answered > 0.4 * asked  # two texts in three begin with plain words


@pytest.mark.slow
@given(text=st.text(st.characters(), min_size=1, max_size=60), token=st.text(max_size=20))
def test_p4_any_text_has_the_shape(shared_world, text, token):
    check(shared_world.analyze(text, ("TOXICITY", "THREAT"), spanAnnotations=True, clientToken=token), text, token)


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory):
    with shared(tmp_path_factory.mktemp("store")) as world:
        yield world


def test_p4_lone_surrogates_and_nul_are_answered(world):
    for text in ("you idiot \ud83d", "\udc00 you idiot", "you\x00 idiot"):
        check(world.analyze(text, spanAnnotations=True, clientToken="\ud800"), text, "\ud800")


def test_p4_the_token_is_there_only_if_it_was_sent(world):
    assert "clientToken" not in world.analyze().body
    assert world.analyze(clientToken="").body["clientToken"] == ""


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"3", b'"x"', b"null", b"\xff\xfe", b'{"a":NaN}', b'{"a":Infinity}', b"[" * 100_000,
     b'{"comment":' + b"[" * 5000 + b"]" * 5000 + b"}x", b'{"a":' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_p4_a_body_that_is_not_json_is_refused_without_an_error_type(world, body):
    answer = world.call("POST", "/v1alpha1/comments:analyze", body)
    assert (answer.status, answer.body["error"]["status"], answer.error_type) == (400, "INVALID_ARGUMENT", None)


def test_p4_a_byte_order_mark_is_read(world):
    body = b'\xef\xbb\xbf{"comment":{"text":"you idiot"},"requestedAttributes":{"TOXICITY":{}}}'
    assert world.call("POST", "/v1alpha1/comments:analyze", body).status == 200
