"""What a letter says: everything it must, nothing it was not given, in words its reader knows, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext
from hypothesis import given
from hypothesis import strategies as st
from tests.web.notices.notices_room import FIELDS, side_of

from evenhand.codes import Rung
from evenhand.errors import UsageError
from evenhand.procedure.lexicon import internal_words
from evenhand.procedure.notices import FRONT_SHEET_WORDS, NOTICES, NoticeId, mandatory
from evenhand.web.notices.composing import Composed, Frame, compose
from evenhand.web.notices.letter_text import FIELD, fields_in, merge
from evenhand.web.notices.organisation import Unit
from evenhand.web.notices.policy import MissingFields, NotAllowed
from evenhand.web.notices.presenters import KINDS
from evenhand.web.notices.wording import LOCALES, OUT_OF_SCOPE, source, standing

UNIT = Unit("Quillhaven Federation", "https://unit.example", "01 555 0100", "1 Harbour Road", "112")
FRAME = Frame(UNIT, "2026-0014", datetime(2026, 3, 2, 9, tzinfo=UTC), "ABCD-EFGH-JKLM-NPQR", "/answer")
SNAPSHOTS = Path(__file__).with_name("snapshots")
EVERY = [(notice, locale) for notice in FIELDS for locale in LOCALES]
# What the page around a letter says by itself: its frame's values, in any language.
AROUND = {"out_of_scope", "withheld"}


def written(notice: NoticeId, locale: str = "en", frame: Frame = FRAME, **changed: Any) -> Composed:
    fields = {name: value for name, value in (FIELDS[notice] | changed).items() if value is not ...}
    return compose(notice=notice, side=side_of(notice), locale=locale, fields=fields, frame=frame)


def words(html: str) -> str:
    """What a reader sees of a letter: its text, one line per element."""
    seen = re.sub(r"<(style|title)>.*?</\1>", "", html, flags=re.DOTALL)
    lines = re.sub(r"<[^>]*>", "\n", seen).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_a_letter_reads_as_it_did(notice: NoticeId, locale: str) -> None:
    # Changed on purpose? `python -m tests.web.notices.write_snapshots`, then read the difference.
    snapshot = SNAPSHOTS / f"{locale}-{notice.value.lower()}.html"
    assert written(notice, locale).html == snapshot.read_text(encoding="utf-8")


def test_every_snapshot_is_of_a_letter() -> None:
    assert {path.name for path in SNAPSHOTS.iterdir()} == {f"{locale}-{n.value.lower()}.html" for n, locale in EVERY}


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_each_mandatory_field_is_needed(notice: NoticeId, locale: str) -> None:
    for name in mandatory(notice):
        for empty in ("", "  \n", [], None, ["", " "]):
            with pytest.raises(MissingFields) as refused:
                written(notice, locale, **{name: empty})
            assert refused.value.fields == (name,)


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_what_a_case_knows_cannot_be_left_out(notice: NoticeId, locale: str) -> None:
    given_by_cases = [name for name in FIELDS[notice] if name in mandatory(notice)]
    for name in given_by_cases:
        if name in standing(locale).get(notice.value, {}):
            continue
        with pytest.raises(MissingFields):
            written(notice, locale, **{name: ...})


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_a_field_of_another_letter_is_refused(notice: NoticeId, locale: str) -> None:
    with pytest.raises(NotAllowed, match="complainant_name"):
        written(notice, locale, complainant_name="Ada Moss")


@pytest.mark.parametrize("notice", FIELDS)
def test_a_letter_goes_only_to_the_side_it_is_for(notice: NoticeId) -> None:
    others = {"panel", "officer", "respondent", "complainant"} - {role.value for role in NOTICES[notice].to}
    for other in others:
        with pytest.raises(NotAllowed):
            compose(notice=notice, side=other, locale="en", fields=FIELDS[notice], frame=FRAME)


def test_nobody_is_written_to_who_was_reported_out_of_scope() -> None:
    with pytest.raises(NotAllowed):
        compose(notice=NoticeId.N11, side="respondent", locale="en", fields={}, frame=FRAME)


@pytest.mark.parametrize("notice", [NoticeId.N3, NoticeId.N5])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_first_page_of_over_150_words_is_refused(notice: NoticeId, locale: str) -> None:
    short = len([w for w in written(notice, locale).first_page.split() if re.search(r"\w", w)])
    fits = "word " * (150 - short + len(FIELDS[notice]["front_act"].split()))
    written(notice, locale, front_act=fits)
    with pytest.raises(NotAllowed, match="1 words too many"):
        written(notice, locale, front_act=fits + "word")


@pytest.mark.parametrize("notice", [NoticeId.N3, NoticeId.N5])
@pytest.mark.parametrize("locale", LOCALES)
def test_the_first_page_says_all_it_must(notice: NoticeId, locale: str) -> None:
    html = written(notice, locale).html
    front = html[html.index('<section class="front">') : html.index("</section>")]
    known = FIELDS[notice]
    assert all(known[name] in front for name in ("front_act", "front_rule", "front_most_that_can_follow"))
    assert "01 555 0100" in front and "/check-a-letter" in front and "ABCD-EFGH-JKLM-NPQR" in front
    assert ("30 March 2026" if locale == "en" else "30. März 2026") in front
    assert ("Nothing is decided" if locale == "en" else "Nichts ist entschieden") in front
    assert html.index('class="front"') < html.index("<h2>")


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_the_text_names_every_mandatory_field_and_no_other(notice: NoticeId, locale: str) -> None:
    spec = NOTICES[notice]
    named = fields_in(source(notice, locale))
    assert set(spec.mandatory) <= named
    assert named <= {*spec.mandatory, *spec.optional}


@pytest.mark.parametrize("notice", FIELDS)
def test_both_languages_say_the_same_things_in_the_same_order(notice: NoticeId) -> None:
    def shape(locale: str) -> list[tuple[str, ...]]:
        text = written(notice, locale).text
        return [(type(block).__name__,) for block in (*text.front, *text.body)]

    assert shape("en") == shape("de")
    assert FIELD.findall(source(notice, "en")) == FIELD.findall(source(notice, "de"))


def test_standing_words_are_the_same_fields_in_both_languages() -> None:
    english, german = standing("en"), standing("de")
    assert {name: set(fields) for name, fields in english.items()} == {
        name: set(fields) for name, fields in german.items()
    }
    for name, fields in english.items():
        for field, texts in fields.items():
            assert FIELD.findall(" ".join(texts)) == FIELD.findall(" ".join(german[name][field])), (name, field)


def test_standing_words_are_of_fields_that_exist() -> None:
    for name, fields in standing("en").items():
        spec = NOTICES[NoticeId(name.removesuffix(".out_of_scope"))]
        plain = {field.removesuffix("_yes").removesuffix("_no") for field in fields}
        assert plain <= {*spec.mandatory, *spec.optional}, name


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_no_word_of_the_procedure_reaches_a_reader(notice: NoticeId, locale: str) -> None:
    assert internal_words(words(written(notice, locale).html), locale) == ()
    assert internal_words(" ".join(str(KINDS[notice]).split()), "en") == ()


def test_a_field_with_a_word_of_the_procedure_is_refused_unless_it_quotes() -> None:
    with pytest.raises(NotAllowed, match="sanction"):
        written(NoticeId.N9, reason="The sanction was not ready.")
    assert "respondent" in written(NoticeId.N3, rule_text="The respondent is heard.").html
    for said in ("“the sanction is unfair”", "„Sanktion“", '"liability"', "»Sanktion«"):
        assert written(NoticeId.N9, "de" if "k" in said else "en", reason=f"They wrote: {said}.")
    with pytest.raises(NotAllowed, match="sanction"):
        written(NoticeId.N9, reason="They wrote: “no” and the sanction was “late”.")


class Elements(HTMLParser):
    """Tags and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names += [(tag, name, value) for name, value in attrs]


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_a_letter_is_accessible_and_needs_nothing_from_elsewhere(notice: NoticeId, locale: str) -> None:
    html = written(notice, locale).html
    page = Elements()
    page.feed(html)
    assert ("html", "lang", locale) in page.names
    assert page.tags.count("h1") == page.tags.count("main") == page.tags.count("title") == 1
    assert {"h3", "h4", "img", "link", "script", "a", "form", "iframe", "object"}.isdisjoint(page.tags)
    assert {name for _, name, _ in page.names} <= {"lang", "charset", "name", "content", "class"}
    assert not re.search(r"@import|url\(", html)
    assert "size: A4" in html and "@media print" in html


@pytest.mark.parametrize(("notice", "locale"), EVERY)
def test_the_title_tells_nothing(notice: NoticeId, locale: str) -> None:
    title = re.search(r"<title>(.*?)</title>", written(notice, locale).html)
    assert title and title.group(1) == ("Letter of 2 March 2026" if locale == "en" else "Brief vom 2. März 2026")


TOKENS = st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo")), min_size=3, max_size=12)


@given(st.data())
def test_a_letter_holds_nothing_that_is_not_in_its_fields(data: st.DataObject) -> None:
    """Two letters of the same kind differ in the values of their fields and in nothing else."""
    notice = data.draw(st.sampled_from(list(FIELDS)))
    locale = data.draw(st.sampled_from(LOCALES))
    names = [name for name in mandatory(notice) if name in FIELDS[notice] and name != "automated_detection"]
    values = {name: f"≪{data.draw(TOKENS)}≫" for name in names}
    blank = dict.fromkeys(names, "≪≫")
    filled = words(written(notice, locale, **values).html)
    assert re.sub("≪[^≫]*≫", "≪≫", filled) == words(written(notice, locale, **blank).html)
    assert set(re.findall("≪[^≫]*≫", filled)) <= set(values.values())


MARKUP = [
    "<b>x</b>",
    "<script>x</script>",
    '"><img src=x>',
    "{{ x }}",
    "{% x %}",
    "{reasons}",
    "# x",
    "- x\n- y",
    "a :: b",
]


@given(
    st.sampled_from(MARKUP) | st.text(max_size=60),
    st.sampled_from(["allegation_what", "allegation_where", "who_complains", "dates", "front_act"]),
)
def test_a_value_never_becomes_markup(value: str, name: str) -> None:
    page = Elements()
    page.feed(written(NoticeId.N3, **{name: f"x{value}"}).html)
    plain = Elements()
    plain.feed(written(NoticeId.N3, **{name: "x"}).html)
    assert {*page.tags} <= {*plain.tags, "br"}
    assert page.names == plain.names


def test_marks_that_turn_the_text_round_are_taken_out() -> None:
    html = written(NoticeId.N3, who_complains="a\u202eb\u2066c\x00d").html
    assert "<p>abcd</p>" in html


def test_several_allegations_stay_with_their_own_place_and_rule() -> None:
    html = words(
        written(
            NoticeId.N3,
            allegation_what=["first", "second"],
            allegation_where=["here", "there"],
            allegation_when=[date(2026, 3, 1), date(2026, 3, 2)],
        ).html
    )
    assert re.search(r"first\nWhere\nhere\nWhen\n1 March 2026\nWhat\n.*\nsecond\nWhere\nthere\nWhen\n2 March", html)


def test_allegations_without_a_place_each_are_refused() -> None:
    with pytest.raises(UsageError, match="as many values"):
        written(NoticeId.N3, allegation_what=["first", "second"], allegation_where=["a", "b", "c"])


def test_a_withheld_name_comes_with_reason_and_approver() -> None:
    frame = replace(FRAME, withheld=True)
    with pytest.raises(MissingFields, match="withheld_reason, withheld_approver"):
        written(NoticeId.N3, frame=frame, who_complains="Somebody whose name is not given.")
    html = written(
        NoticeId.N3, frame=frame, withheld_reason="They fear reprisal.", withheld_approver="The case keeper."
    ).html
    assert "Why the name is not given: They fear reprisal." in html
    assert "Why the name is not given" not in written(NoticeId.N3).html


def test_out_of_scope_reads_the_same_for_every_reason() -> None:
    frame = replace(FRAME, out_of_scope=True)

    def letter(**fields: Any) -> str:
        return compose(
            notice=NoticeId.N13, side="complainant", locale="en", frame=frame,
            fields={"review_date": date(2026, 4, 6)} | fields,
        ).html  # fmt: skip

    # Whatever words a step brings along, the reader gets the one text; a code or reasons are refused outright.
    assert letter() == letter(answer="not a member", where_to_take_it="ring Ada", review_right="none")
    for name in ("code", "reasons_per_allegation"):
        with pytest.raises(NotAllowed):
            letter(**{name: "not_member"})
    assert set(standing("en")[OUT_OF_SCOPE]) == {"answer", "where_to_take_it", "review_right"}


def test_a_machine_that_found_it_is_named() -> None:
    assert "A program pointed the post out to a person." in written(NoticeId.N3, automated_detection=True).html


def test_no_telephone_no_first_page() -> None:
    silent = replace(FRAME, unit=replace(UNIT, telephone=""))
    with pytest.raises(MissingFields, match="front_one_telephone"):
        written(NoticeId.N3, frame=silent)
    # Safety never closes: the card and the receipt need no telephone of ours.
    for notice in (NoticeId.N1, NoticeId.N2, NoticeId.N19):
        assert written(notice, frame=silent).html


def test_an_organisation_s_own_words_come_before_ours() -> None:
    own = replace(UNIT, words={"N19": {"police_route": "Ring the harbour police on 110."}})
    html = written(NoticeId.N19, frame=replace(FRAME, unit=own)).html
    assert "Ring the harbour police on 110." in html and "at every station" not in html


def test_a_template_of_the_organisation_s_own_is_used() -> None:
    own = "# Short\n\n{stage} {old_date} {new_date} {reason} {right_to_ask_the_auditor}\n"
    made = compose(
        notice=NoticeId.N9, side="respondent", locale="en", fields=FIELDS[NoticeId.N9], frame=FRAME, own_text=own
    )
    assert made.text.title == "Short" and made.template != written(NoticeId.N9).template


def test_an_unknown_language_is_written_in_english() -> None:
    assert 'lang="en"' in written(NoticeId.N9, "fr").html
    assert 'lang="de"' in written(NoticeId.N9, "de-AT").html


@pytest.mark.parametrize(
    "text", ["no title", "# One\n\n# Two", "# A\n\n{nobody_knows}", "# A\nB", "# A\n\n- {nobody_knows}", ""]
)
def test_a_faulty_text_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        merge(text, {})


def test_a_heading_without_anything_below_is_left_out() -> None:
    made = merge("# A\n\n## B\n\n{x}\n\n## C\n\nD\n\n## E\n\n- {x}", {"x": ()})
    assert [getattr(block, "text", "") for block in made.body] == ["C", "D"]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("notice", [NoticeId.N3, NoticeId.N5])
def test_the_first_page_fits_with_the_longest_words_we_have(notice: NoticeId, locale: str) -> None:
    """Too long a front sheet would keep the letter from going out: act, rung, organisation at their longest."""
    with translation.override(locale):
        rungs = [gettext(rung.words) for rung in Rung]
    act = {
        "en": "something you are said to have shared with a comment on 27 September 2026",
        "de": "etwas, das Sie am 27. September 2026 mit eigenem Kommentar geteilt haben sollen",
    }[locale]
    made = written(
        notice, locale, replace(FRAME, code="abcd-efgh-ijkl-mnop"), front_act=act,
        front_rule="2.14 No threats, no wishing of harm, no calling for it",
        front_most_that_can_follow=max(rungs, key=lambda words: len(words.split())),
    )  # fmt: skip
    assert len(made.first_page.split()) <= FRONT_SHEET_WORDS


def test_the_first_page_holds_the_code_and_how_to_read_it_in_the_other_language() -> None:
    front = written(NoticeId.N3, "en", replace(FRAME, code="abcd-efgh-ijkl-mnop")).html.split("</section>")[0]
    assert "<strong>abcd-efgh-ijkl-mnop</strong>" in front
    assert '<p lang="de">Auf Deutsch: Öffnen Sie https://unit.example/answer mit Ihrem Code, oder rufen Sie' in front
    german = written(NoticeId.N10, "de").html
    assert '<p lang="en">In English: open https://unit.example/answer with your code, or ring' in german
    assert 'lang="de">Auf' not in german
    nobody_s = written(NoticeId.N23, "en", replace(FRAME, number="")).html
    assert "Auf Deutsch" not in nobody_s, "an invitation holds no code"
