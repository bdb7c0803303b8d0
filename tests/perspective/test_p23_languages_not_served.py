"""PERSP-P23: Coral in es, fr, de and pt gets a language error, and each is counted for its key without a text."""

from __future__ import annotations

import json

import pytest

from evenhand.perspective import keys


def listed(world, secret=None):
    found = world.call("GET", "/v1alpha1/evenhand/models", secret=secret).body["notRead"]
    return {(one["attribute"], one["language"]): one["count"] for one in found}


@pytest.mark.parametrize("language", ["es", "fr", "de", "pt"])
def test_p23_the_request_is_refused_and_never_scored(world, language):
    answer = world.analyze("hello there", languages=[language], doNotStore=True)
    assert answer.error_type == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert world.fake.batches == []


def test_p23_refusals_are_counted_per_key_attribute_and_language(world):
    other = world.new_key()[1]
    for language in ("es", "es", "fr-CA", "de", "pt"):
        world.analyze("hello there", languages=[language])
    world.analyze("hello there", ("INSULT",), languages=["de", "es"], secret=other)
    world.analyze("12345", languages=None)
    assert listed(world) == {("TOXICITY", "es"): 2, ("TOXICITY", "fr"): 1, ("TOXICITY", "de"): 1,
                             ("TOXICITY", "pt"): 1, ("TOXICITY", "und"): 1}  # fmt: skip
    assert listed(world, other) == {("INSULT", "de"): 1, ("INSULT", "es"): 1}


def test_p23_what_is_answered_is_not_counted(world):
    world.analyze("hello there")
    assert listed(world) == {}


def test_p23_a_made_up_language_leaves_no_words_behind(world):
    world.analyze("hello there", languages=["Planted-in-a-tag"])
    assert listed(world) == {("TOXICITY", "other"): 1}
    assert "lanted" not in json.dumps(keys.not_read(world.service.store, world.key_id))


def test_p23_the_list_cannot_be_made_endless(world, monkeypatch):
    monkeypatch.setattr(keys, "MOST_COUNTED", 3)
    for language in ("aa", "ab", "ac", "ad", "ae", "aa"):
        world.analyze("hello there", languages=[language])
    assert len(listed(world)) <= 4 and sum(listed(world).values()) == 6
