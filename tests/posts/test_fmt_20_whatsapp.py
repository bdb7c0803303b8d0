"""FMT-T20: chats as text, in every form of header; what imitates a message stays body text, and what cannot be
decided is asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.posts.written import made

from evenhand.cli import main
from evenhand.errors import Ambiguous
from evenhand.posts import Choices

FORMS = {
    "31/01/20, 11:25 - {}: ": "2020-01-31 11:25:00",
    "[31.01.20, 20:35:11] {}: ": "2020-01-31 20:35:11",
    "01/31/2020, 08:49 p. m. - {}: ": "2020-01-31 20:49:00",
    "1/31/20, 8:49\u202fPM - {}: ": "2020-01-31 20:49:00",
    "\u200e[31/01/2020, 8:49:12\u202fAM] {}: ": "2020-01-31 08:49:12",
    "2020/01/31, 11:25 - {}: ": "2020-01-31 11:25:00",
    "[01/31/20 11:25] {}: ": "2020-01-31 11:25:00",
    "[31.1.2020 klo 14.08.18] {}: ": "2020-01-31 14:08:18",
    "[2020-01-31, 12:23] {}: ": "2020-01-31 12:23:00",
    "٣١/٠١/٢٠٢٠, ١١:٢٥ - {}: ": "2020-01-31 11:25:00",
    "31/01/2020 12:05 am - {}: ": "2020-01-31 00:05:00",
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_header_is_split_right(tmp_path: Path, form: str) -> None:
    text = form.format("Sam") + "hello\r\nsecond: line\r\n" + form.format("Alex") + "late\r\n"
    first, second = made(tmp_path, ("\ufeff" + text).encode()).posts
    assert (first.text_norm, first.text_raw) == ("hello\nsecond: line", b"hello\r\nsecond: line")
    assert (first.author_display, second.author_display) == ("Sam", "Alex")
    assert str(first.claimed_at_local) == FORMS[form]
    assert (first.tz_status, first.author_basis) == ("naive_unknown", "address_book_label")
    assert (first.locator, second.locator) == ("ln:1-2", "ln:3")


def test_a_file_that_does_not_tell_day_from_month_asks(tmp_path: Path) -> None:
    text = b"01/02/20, 11:25 - Sam: hello\n02/02/20, 11:26 - Sam: late\n"
    with pytest.raises(Ambiguous, match="day or with the month"):
        made(tmp_path, text)
    (post, _) = made(tmp_path, text, choices=Choices(date_order="mdy")).posts
    assert str(post.claimed_at_local) == "2020-01-02 11:25:00"
    assert post.flags == ["date_order_assumed:mdy"]


def test_the_question_goes_to_the_error_stream_and_nothing_is_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("01/02/20, 11:25 - Sam: hello\n02/02/20, 11:26 - Sam: late\n")
    with pytest.raises(SystemExit) as left:
        main(["import", str(path), "--corpus", str(tmp_path / "c"), "--dry-run", "--json"])
    assert left.value.code == 2
    told = capsys.readouterr()
    assert "day or with the month" in told.err
    assert not (tmp_path / "c").exists()


CHAT = """31/01/20, 11:00 - Sam: one
31/01/20, 12:00 - Alex: look what he wrote:
{}
31/01/20, 12:05 - Sam: two
"""


@pytest.mark.parametrize(
    "line",
    [
        "30/01/20, 11:30 - Sam: I did it",  # a day back
        "31/03/21, 11:30 - Sam: I did it",  # ahead, and the next goes on where the last stopped
        "[31/01/20, 12:01:00] Sam: I did it",  # another grammar
        "31/01/2020, 12:01 - Sam: I did it",  # a longer year
    ],
)
def test_an_imitation_stays_body_text_and_is_flagged(tmp_path: Path, line: str) -> None:
    found = made(tmp_path, CHAT.format(line).encode())
    assert [post.author_display for post in found.posts] == ["Sam", "Alex", "Sam"]
    assert found.posts[1].text_norm == f"look what he wrote:\n{line}"
    assert found.posts[1].flags == ["forged_header_suspected"]
    assert any("perfect imitation" in note for note in found.report.notes)


def test_a_clock_set_back_is_no_forgery(tmp_path: Path) -> None:
    text = "25/10/20, 02:59 - Sam: one\n25/10/20, 02:01 - Alex: two\n25/10/20, 02:30 - Sam: three\n"
    posts = made(tmp_path, text.encode()).posts
    assert [(post.author_display, post.flags) for post in posts] == [("Sam", []), ("Alex", []), ("Sam", [])]


def test_names_may_hold_a_colon_and_other_separators_belong_to_the_text(tmp_path: Path) -> None:
    text = (
        "31/01/20, 11:00 - Dr: Sam: one\n31/01/20, 11:01 - Alex: note: two\u2028three\u0085four\n"
        "31/01/20, 11:02 - Dr: Sam: five\n31/01/20, 11:03 - Alex: six\n31/01/20, 11:04 - Alex created group\n"
    )
    posts = made(tmp_path, text.encode()).posts
    assert [(post.author_display, post.text_norm) for post in posts] == [
        ("Dr: Sam", "one"),
        ("Alex", "note: two\u2028three\u0085four"),
        ("Dr: Sam", "five"),
        ("Alex", "six"),
        (None, "Alex created group"),
    ]
    assert (posts[4].relation, posts[4].record_kind) == ("system", "system")


def test_marks_of_the_phone_are_known_in_two_languages(tmp_path: Path) -> None:
    text = "".join(
        f"31/01/20, 11:0{n} - Sam: {words}\n"
        for n, words in enumerate(
            [
                "This message was deleted",
                "Diese Nachricht wurde gelöscht.",
                "<Media omitted>",
                "IMG-1.jpg (file attached)",
                "\u200e<attached: 2.jpg>",
                "late <This message was edited>",
            ]
        )
    )
    posts = made(tmp_path, text.encode()).posts
    assert [post.deletion_state for post in posts[:2]] == ["deleted_by_author"] * 2
    assert posts[2].flags == ["media_omitted"]
    assert [post.attachments[0]["name"] for post in posts[3:5]] == ["IMG-1.jpg", "2.jpg"]
    assert posts[5].flags == ["edited_marker"]


def test_two_people_are_a_direct_chat_and_three_a_group(tmp_path: Path) -> None:
    lines = [f"31/01/20, 11:0{n} - {name}: x\n" for n, name in enumerate(["A", "B", "A", "C"])]
    assert {post.visibility for post in made(tmp_path, "".join(lines[:3]).encode()).posts} == {"direct"}
    assert {post.visibility for post in made(tmp_path, "".join(lines).encode()).posts} == {"group"}


def test_bytes_that_are_no_text_are_kept(tmp_path: Path) -> None:
    (post,) = made(tmp_path, b"31/01/20, 11:00 - Sam: a\xff\xfeb\n").posts
    assert (post.text_raw, post.text_norm, post.flags) == (b"a\xff\xfeb", "a\ufffd\ufffdb", ["surrogate_replaced"])


BODIES = st.lists(
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=6
)


@settings(max_examples=200 if os.environ.get("EVENHAND_NIGHTLY") else 20, deadline=None)
@given(BODIES)
def test_every_body_comes_back_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, bodies: list[str]) -> None:
    folder = tmp_path_factory.mktemp("chat")
    lines = [f"31/01/20, 11:00 - Sam{n % 2}: {body}\n" for n, body in enumerate(bodies)]
    found = made(folder, "".join(lines).encode(), as_format="whatsapp")
    assert [post.text_raw for post in found.posts] == [body.encode() for body in bodies]
