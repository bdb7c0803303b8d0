"""A list of protected people in CSV: what is read, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.web.desk.desk_room import Room

from evenhand.corpus.aim import Account
from evenhand.errors import UsageError
from evenhand.web.desk.declarations import read_declarations
from evenhand.web.desk.models import Protected
from evenhand.web.desk.protection import declare_from_csv


def listed(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "protected.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_accounts_of_one_person_come_together_and_offices_of_two_apart(tmp_path: Path) -> None:
    path = listed(
        tmp_path,
        "\ufeffKey,name,office,town,platform,account_id,handle\r\n"
        "a,Ana Moor,Councillor,Thornby,x,1000000000000000001,ana\r\n"
        "a,Ana Moor,Councillor,Thornby,facebook,,ana.moor\r\n"
        "b,Ben Hale,Councillor,Thornby,x,7,\r\n"
        "c,Cid,Mayor of Thornby,Thornby,x,8,cid\r\n"
        ",Dee,,,x,9,\r\n",
    )
    people = read_declarations(path)
    assert [one.label for one in people] == [
        "Councillor, Thornby (Ana Moor)",
        "Councillor, Thornby (Ben Hale)",
        "Mayor of Thornby",
        "Dee",
    ]
    assert people[0].accounts == (
        Account("x", "1000000000000000001", "ana"),
        Account("facebook", None, "ana.moor"),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("office,platform,handle\n", "empty"),
        ("office,platform,handle\nMayor,x,mayor\nClerk,,clerk\n", "line 3"),
        ("office,platform,handle\nMayor,x\n", "line 2"),
        ("a,b\n1,2\n", "line 2"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line_and_nobody_is_declared(
    room: Room, tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        declare_from_csv(listed(tmp_path, text), ctx=room.ctx)
    assert Protected.objects.count() == 2


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="UTF-8"):
        read_declarations(listed(tmp_path, "office,platform\nBürgermeister,x", "latin-1"))


def test_a_list_is_declared_at_once(room: Room, tmp_path: Path) -> None:
    path = listed(tmp_path, "office,platform,handle\nMayor,x,mayor\nClerk,x,clerk\n")
    assert declare_from_csv(path, ctx=room.ctx) == 2
    assert Protected.objects.count() == 4
