"""The notices of PROCEDURE §3: each mandatory field missing is named; the lexicons; the published differences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.procedure.asymmetries import ASYMMETRIES, allowed
from evenhand.procedure.lexicon import INTERNAL_WORDS, LOCALES, THEME_WORDS, THEMES, internal_words, phrases, warnings
from evenhand.procedure.notices import (
    FRONT_SHEET_FIELDS,
    FRONT_SHEET_WORDS,
    NOTICES,
    NoticeId,
    front_sheet_too_long,
    front_sheet_words,
    is_empty,
    mandatory,
    missing,
)
from evenhand.procedure.roles import CaseRole


def whole(notice: NoticeId) -> dict[str, object]:
    return dict.fromkeys((*NOTICES[notice].mandatory, *NOTICES[notice].optional), "said")


@pytest.mark.parametrize("notice", list(NoticeId))
@pytest.mark.parametrize("empty", ["", "  \n", None, [], ()])
def test_each_empty_mandatory_field_is_named(notice: NoticeId, empty: object) -> None:
    assert missing(notice, whole(notice)) == ()
    for name in mandatory(notice):
        assert missing(notice, {**whole(notice), name: empty}) == (name,)
        assert missing(notice, {key: value for key, value in whole(notice).items() if key != name}) == (name,)


def test_zero_and_no_are_answers() -> None:
    assert not is_empty(0) and not is_empty(False)
    assert missing(NoticeId.N10, {**whole(NoticeId.N10), "contact_count": 0}) == ()


def test_every_notice_is_there_and_n11_is_never_sent() -> None:
    assert len(NOTICES) == len(NoticeId) == 29
    assert [notice for notice, spec in NOTICES.items() if not spec.sent] == [NoticeId.N11]
    assert [notice for notice, spec in NOTICES.items() if spec.front_sheet] == [NoticeId.N3, NoticeId.N5]
    for notice, spec in NOTICES.items():
        assert spec.name and spec.to and len(set(spec.mandatory)) == len(spec.mandatory)
        assert spec.mandatory or not spec.sent, notice
    assert set(FRONT_SHEET_FIELDS) <= set(NOTICES[NoticeId.N3].mandatory) & set(NOTICES[NoticeId.N5].mandatory)
    assert len(NOTICES[NoticeId.N3].mandatory) - len(FRONT_SHEET_FIELDS) == 23


def test_inv_48_out_of_scope_says_no_code_and_a_dismissal_its_reasons() -> None:
    assert not {"code", "reasons_per_allegation"} & set(mandatory(NoticeId.N13, out_of_scope=True))
    assert {"code", "reasons_per_allegation"} <= set(mandatory(NoticeId.N13))


def test_withheld_needs_its_reason() -> None:
    fields = dict.fromkeys(NOTICES[NoticeId.N3].mandatory, "said")
    assert missing(NoticeId.N3, fields) == ()
    assert missing(NoticeId.N3, fields, withheld=True) == ("withheld_reason", "withheld_approver")
    assert missing(NoticeId.N5, dict.fromkeys(NOTICES[NoticeId.N5].mandatory, "x"), withheld=True) == ("withheld_gist",)


def test_front_sheet_of_at_most_150_words() -> None:
    assert front_sheet_words("Nothing is decided. - Ring 01 234; — you may.") == 8
    assert front_sheet_too_long("word " * FRONT_SHEET_WORDS) == 0
    assert front_sheet_too_long("word " * 153) == 3


@pytest.mark.parametrize("locale", LOCALES)
def test_inv_24_forty_phrases_each_found_however_it_is_written(locale: str) -> None:
    listed = [phrase for theme in THEMES for phrase in phrases(locale)[theme]]
    assert len(listed) == len({phrase.casefold() for phrase in listed}) == 40
    assert set(THEME_WORDS) == set(THEMES)
    for theme in THEMES:
        for phrase in phrases(locale)[theme]:
            plain = phrase.replace("*", "n")
            for text in (plain, plain.upper(), f"({plain}).", plain.replace(" ", "\n  "), plain.replace("'", "’")):
                assert [each.theme for each in warnings(text, [locale])] == [theme], text
            assert warnings(f"x{plain}", [locale]) == () and warnings(plain[:-3], [locale]) == ()


def test_inv_24_a_warning_says_where() -> None:
    text = "We fear the MEDIA\tinterest."
    (found,) = warnings(text)
    assert text[found.start : found.end] == "MEDIA\tinterest" and found.phrase == "media interest"
    assert warnings("media_interest")[0].theme == "press"
    for spelt in ("peinlich fuer uns", "peinlich fu\u0308r uns", "PEINLICH FÜR UNS", "Grossspender"):
        assert len(warnings(spelt)) == 1, spelt
    with pytest.raises(UsageError, match="no lexicon"):
        phrases("xx")


@pytest.mark.parametrize(
    "text",
    [
        "The post was shared in the media group of the branch on election day.",
        "She pressed the button; the paper was on the table. The donor of blood thanked the senior citizens.",
        "Er hat in der Abstimmung gesprochen und die Presse bedient. Die Wahl der Worte war hart.",
        "",
    ],
)
def test_inv_24_plain_words_raise_no_warning(text: str) -> None:
    assert warnings(text) == ()


@pytest.mark.slow
@given(st.text(max_size=300))
def test_inv_24_any_text_can_be_looked_through(text: str) -> None:
    for found in warnings(text):
        assert 0 <= found.start < found.end <= len(text)


def test_words_of_the_trade_are_found_in_every_language() -> None:
    assert internal_words("The Respondents were sanctioned.", "en") == ("Respondents", "sanctioned")
    assert internal_words("Die Beschuldigten", "de") == ("Beschuldigten",)
    assert internal_words("A sanctuary, a triangle, irresponsible.", "en") == ()
    assert set(INTERNAL_WORDS) == set(LOCALES)


def test_inv_28_every_published_difference_has_a_side_and_a_reason() -> None:
    assert len({each.id for each in ASYMMETRIES}) == len(ASYMMETRIES) == 13
    for each in ASYMMETRIES:
        assert each.of and each.what and each.why and allowed(each.id)
        assert each.of <= {CaseRole.COMPLAINANT, CaseRole.RESPONDENT, CaseRole.REPORTER, CaseRole.WITNESS}
    assert not allowed("reads_first")
