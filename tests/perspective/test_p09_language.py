"""PERSP-P9: languages as stated; short English is read; what is not served, or cannot be told, is refused."""

from __future__ import annotations

import pytest
from tests.perspective.worlds import shipped_models

from evenhand.perspective.languages import script_fits, tongue


@pytest.fixture
def shipped(make):
    return make(models=shipped_models())


@pytest.mark.parametrize("text", ["ok thanks", "you muppet", "great work everyone, thank you", "Thanks!"])
def test_p9_english_without_languages_is_read(shipped, text):
    answer = shipped.analyze(text, languages=None)
    assert answer.status == 200
    assert answer.body["languages"] == answer.body["detectedLanguages"] == ["en"]


@pytest.mark.parametrize("tag", ["en", "en-GB", "en_US", "EN", "en-Latn-GB"])
def test_p9_the_primary_subtag_counts_and_the_request_is_echoed(shipped, tag):
    answer = shipped.analyze("ok thanks", languages=[tag])
    assert answer.status == 200
    assert (answer.body["languages"], answer.body["detectedLanguages"]) == ([tag], ["en"])


@pytest.mark.parametrize("tag", ["de", "es", "fr-CA", "om", "zh-Hant", "und", "x-none"])
def test_p9_a_stated_language_that_is_not_served_is_refused(shipped, tag):
    answer = shipped.analyze("ok thanks", languages=[tag])
    assert answer.error_type == "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE"
    assert answer.message.endswith(f": {tag}")


def test_p9_every_stated_language_must_be_served(shipped):
    answer = shipped.analyze("ok thanks", languages=["en", "de"])
    assert answer.message == "Attribute TOXICITY does not support request languages: de"


@pytest.mark.parametrize("text", ["12345", "2026-03-02 09:00", "!!!", "…", "🌧"])
@pytest.mark.parametrize("languages", [None, ["en"]])
def test_p9_a_text_that_was_not_read_gets_no_number(shipped, text, languages):
    answer = shipped.analyze(text, languages=languages)
    assert answer.status == 200 or answer.error_type == "LANGUAGE_DETECTION_FAILED"


def test_p9_digits_cannot_be_told(shipped):
    assert shipped.analyze("12345", languages=None).error_type == "LANGUAGE_DETECTION_FAILED"


@pytest.mark.parametrize(("text", "language"), [
    ("Das ist ein Hafen und die Schiffe sind nicht da", "de"), ("Les gens sont dans la rue et il ne pleut pas", "fr"),
])  # fmt: skip
def test_p9_another_language_is_detected_and_refused(shipped, text, language):
    answer = shipped.analyze(text, languages=None)
    assert answer.message == f"Attribute TOXICITY does not support request languages: {language}"


@pytest.mark.parametrize("text", ["Добрый день", "こんにちは世界", "مرحبا بالعالم", "добрый день всем в этой гавани"])
def test_p9_another_script_cannot_be_told(shipped, text):
    assert shipped.analyze(text, languages=None).error_type == "LANGUAGE_DETECTION_FAILED"


def test_p9_short_text_in_the_right_script_is_taken_for_the_deployments_language():
    spoken = tongue("Zorblax!", (), deployment="en", attribute="TOXICITY")
    assert (spoken.language, spoken.certain) == ("en", True)
    spoken = tongue("du bist nicht der", (), deployment="en", attribute="TOXICITY")
    assert not spoken.certain  # its words say another language: the detector decides, it is not told


def test_p9_styled_latin_letters_are_latin():
    assert script_fits("𝐲𝐨𝐮 𝐢𝐝𝐢𝐨𝐭", "en") and script_fits("ｙｏｕ", "en") and not script_fits("гавань", "en")


def test_p9_a_detector_that_takes_languages_is_told_what_is_certain(make):
    world = make()
    world.analyze("hello there", languages=["en-GB"])
    world.analyze("thank you all for coming to the harbour meeting", languages=None)
    assert [batch[0].language for batch in world.fake.batches] == ["en", None]
