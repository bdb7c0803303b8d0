"""The register from CSV: every fault by its row, all or nothing, dates ISO only."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.membership import Band, MemberRef, MembershipResult, lookup, match_declared, read_register

HEAD = "member_id,joined,left,deceased,handles,email,name\n"
GOOD = (
    HEAD + "m1,2019-01-01,2020-02-29,,,,\n"
    "m1,2020-02-29,,,x:quill | bluesky:quill.example;x:id=4711,ann@harbour.example,Ann Quill\n"
    "m2,2021-05-05,,2025-12-24,,,\n\n"
)


def test_a_register_is_read_whole():
    register = read_register(GOOD).whole()
    assert register.rows == 3
    m1 = register.intervals[MemberRef("m1")]
    assert [each.joined for each in m1] == [date(2019, 1, 1), date(2020, 2, 29)]
    assert [each.platform for each in register.declared] == ["x", "bluesky", "x"]
    assert register.contacts[MemberRef("m1")].email == "ann@harbour.example"
    match = match_declared("Quill", "x", register.declared, account_id="4711")
    assert match.band is Band.EXACT_ID and match.member_ref == "m1"
    assert lookup(m1, date(2020, 2, 29), date(2026, 3, 2)) is MembershipResult.BOTH


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("m1,01/02/2020,,,,,", "no day"),
        ("m1,2023-02-29,,,,,", "no day"),
        ("m1,20200101,,,,,", "no day"),
        ("m1,2020-1-1,,,,,", "no day"),
        ("m1,٢٠٢٠-01-01,,,,,", "no day"),
        ("m1,,,,,,", "joined is empty"),
        (",2020-01-01,,,,,", "member_id"),
        ("m 1,2020-01-01,,,,,", "member_id"),
        ("m1,2020-01-01,2019-01-01,,,,", "before joining"),
        ("m1,2020-01-01,,2019-01-01,,,", "before joining"),
        ("m1,2020-01-01,,,quill,,", "declared account"),
        ("m1,2020-01-01,,,,,,surplus", "more values"),
        ("m0,2018-01-01,,,,,", "overlaps the one in row 2"),
    ],
)
def test_each_fault_names_its_row_and_how_to_mend_it(row, what):
    register = read_register(HEAD + "m0,2017-01-01,,,,,\n" + row + "\nm9,2020-01-01,,,,,\n")
    (fault,) = register.refused
    assert fault.row == 3 and what in str(fault) and fault.mend
    assert MemberRef("m9") in register.intervals
    with pytest.raises(UsageError, match="1 of 3 rows") as refused:
        register.whole()
    assert "row 3" in str(refused.value) and "Nothing was loaded" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no column member_id and joined"),
        ("member_id;left\n1;2020-01-01\n", "no column joined"),
        ("member_id,joined,faction\n", "column we do not read"),
        ("member_id,joined,joined\n", "twice"),
        ('member_id,joined\n"m1,2020-01-01\n', "no table"),
    ],
)
def test_what_is_no_register_is_refused(text, what):
    with pytest.raises(UsageError, match=what):
        read_register(text)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_marks_of_spreadsheets_are_read(tmp_path: Path, separator):
    file = tmp_path / "register.csv"
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("bluesky:quill.example;", "").replace(",", separator).encode())
    assert len(read_register(file).whole().intervals) == 2


def test_files_that_cannot_be_read_are_refused(tmp_path: Path):
    latin = tmp_path / "latin.csv"
    latin.write_bytes(HEAD.encode() + "m1,2020-01-01,,,,,Jos\xe9\n".encode("latin-1"))
    with pytest.raises(UsageError, match="UTF-8"):
        read_register(latin)
    with pytest.raises(UsageError, match=r"cannot be read"):
        read_register(tmp_path / "absent.csv")


DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))
STAYS = st.lists(st.tuples(st.sampled_from(["a", "b"]), DAYS, st.none() | DAYS), max_size=8)


@pytest.mark.slow
@given(STAYS)
def test_accepted_stretches_of_a_member_never_overlap_and_none_is_lost(stays):
    out = io.StringIO()
    csv.writer(out).writerows([["member_id", "joined", "left"], *[(who, a, b or "") for who, a, b in stays]])
    register = read_register(out.getvalue())
    kept = [each for intervals in register.intervals.values() for each in intervals]
    assert len(kept) + len(register.refused) == len(stays) == register.rows
    for intervals in register.intervals.values():
        for day in (date(2000, 1, 1) + timedelta(days=97 * n) for n in range(114)):
            assert sum(each.covers(day) for each in intervals) <= 1


@pytest.mark.slow
@given(st.text(max_size=80))
def test_any_text_is_a_register_or_a_refusal(text):
    try:
        read_register(text)
        read_register(HEAD + text)
    except UsageError:
        return
