"""Whose site it is: a name from a file that anybody may have saved badly, shown escaped, never an error."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from tests.cast import visitor

from evenhand.web.home import Home
from evenhand.web.ui.organisation import organisation_file, organisation_name

pytestmark = pytest.mark.slow


def named(home: Home, content: bytes) -> str:
    home.root.mkdir(exist_ok=True)
    organisation_file(home).write_bytes(content)
    return organisation_name(home)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"Harbour Club", "Harbour Club"),
        (b"  Harbour Club \r\nfounded long ago\n", "Harbour Club"),
        (b"\xef\xbb\xbfHarbour Club\n", "Harbour Club"),
        ("Fähr-Verein „Möwe“\n".encode(), "Fähr-Verein „Möwe“"),
        (b"x" * 80, "x" * 80),
        ("ä".encode() * 80, "ä" * 80),
        (b"x" * 81, ""),
        (b"", ""),
        (b"\nHarbour Club\n", ""),
        (b"\xff\xfeH\x00a\x00", ""),
        (b"Harbour\x1b[31m Club", ""),
        (b"Harbour\x00Club", ""),
        (b"x" * 10_000_000, ""),
    ],
)
def test_the_first_line_is_the_name_where_it_can_be_used(tmp_path, content, name):
    assert named(Home(tmp_path), content) == name


def test_no_file_or_a_folder_of_that_name_is_no_name(tmp_path):
    home = Home(tmp_path)
    assert organisation_name(home) == ""
    organisation_file(home).mkdir()
    assert organisation_name(home) == ""


def test_public_pages_say_whose_they_are_from_the_next_request_on(desk_db):
    assert "the people of our organisation" in visitor().get("/").content.decode()
    named(desk_db, b"Harbour Club\n")
    page = visitor().get("/").content.decode()
    assert "the people of Harbour Club from online abuse" in page and "people of our organisation" not in page
    for address in ("/ledger", "/account/login/", "/no/such/page"):
        assert "Harbour Club" in visitor().get(address).content.decode().split("<footer")[1], address


def test_a_name_is_text_and_never_markup(desk_db):
    named(desk_db, b'<script>alert(1)</script> & "Sons" {{ request }}\n')
    page = visitor().get("/").content.decode()
    assert "<script>alert" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Sons&quot; {{ request }}") == 2


def test_a_page_of_last_resort_needs_no_name():
    assert "same right of reply" in render_to_string("500.html")
