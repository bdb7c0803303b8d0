"""Exact ids and declared handles link; nothing else does, and a handle that changed hands does not either."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.membership import Band, Declared, MemberRef, blocking_index, match_declared, parse_declared, plain_handle

ANN, BEN = MemberRef("ann"), MemberRef("ben")
KEY = b"k" * 32


def declared(*texts: tuple[MemberRef, str]) -> list[Declared]:
    return [parse_declared(ref, text) for ref, text in texts]


BOTH = declared((ANN, "x:@Quill_Ann"), (ANN, "x:id=4711"), (BEN, "x:ben"), (BEN, "bluesky:Ben.Harbour.Example"))


@pytest.mark.parametrize(
    ("handle", "platform", "account", "band", "member", "agreeing", "disagreeing"),
    [
        ("quill_ann", "x", "4711", Band.EXACT_ID, ANN, ("platform", "account_id", "handle"), ()),
        ("renamed", "x", "4711", Band.EXACT_ID, ANN, ("platform", "account_id"), ("handle",)),
        (None, "x", "4711", Band.EXACT_ID, ANN, ("platform", "account_id"), ()),
        ("@QUILL_ANN", "X", None, Band.DECLARED_HANDLE, ANN, ("platform", "handle"), ()),
        ("quill_ann", "x", "9999", Band.NONE, None, ("handle",), ("account_id",)),
        ("ben", "x", "9999", Band.DECLARED_HANDLE, BEN, ("platform", "handle"), ()),
        ("ben", "x", "4711", Band.NONE, None, ("account_id",), ("handle",)),
        ("ben.harbour.example", "bluesky", None, Band.DECLARED_HANDLE, BEN, ("platform", "handle"), ()),
        ("quill_ann", "instagram", None, Band.NONE, None, (), ()),
        ("quill_annn", "x", None, Band.NONE, None, (), ()),
        ("quіll_ann", "x", None, Band.NONE, None, (), ()),
        (None, "x", None, Band.NONE, None, (), ()),
    ],
)  # fmt: skip
def test_the_table(handle, platform, account, band, member, agreeing, disagreeing):
    found = match_declared(handle, platform, BOTH, account_id=account)
    assert (found.band, found.member_ref, found.agreeing, found.disagreeing) == (band, member, agreeing, disagreeing)


@pytest.mark.parametrize("text", ["x:same", "x:id=1"])
def test_what_two_members_declared_links_nobody(text):
    twice = declared((ANN, text), (BEN, text))
    found = match_declared("same", "x", twice, account_id="1" if "id=" in text else None)
    assert found.band is Band.NONE and found.member_ref is None
    assert found.disagreeing == ("declared_by_several",)


@pytest.mark.parametrize(
    "text", ["noplatform", "x:", "x:@", "X X:a", "x:a b", "x:a\u202eb", "x:" + "a" * 300, "x:id=", ""]
)
def test_what_is_no_declared_account_is_refused(text):
    with pytest.raises(UsageError):
        parse_declared(ANN, text)


@pytest.mark.slow
@given(st.text(max_size=20), st.text(max_size=20))
def test_only_equal_handles_link(mine, theirs):
    try:
        known = parse_declared(ANN, f"x:{mine}")
        asked = plain_handle("x", theirs)
        found = match_declared(theirs, "x", [known])
    except UsageError:
        return
    assert (found.band is Band.DECLARED_HANDLE) is (known.handle == asked and known.handle is not None)


def test_the_index_is_keyed_and_exact():
    index = blocking_index(KEY, "email", " Ann@Harbour.Example ")
    assert index == blocking_index(KEY, "email", "ann@harbour.example")
    raw = b"evenhand/blocking/v1\0email\0ann@harbour.example"
    assert index == hmac.new(KEY, raw, hashlib.sha256).hexdigest()
    assert len({index, blocking_index(b"l" * 32, "email", "ann@harbour.example"),
                blocking_index(KEY, "name", "ann@harbour.example"),
                blocking_index(KEY, "email", "anne@harbour.example")}) == 4  # fmt: skip


def test_spellings_of_one_name_meet():
    assert blocking_index(KEY, "name", "A\u0308rger") == blocking_index(KEY, "name", "ärger")
    assert blocking_index(KEY, "name", "STRASSE") == blocking_index(KEY, "name", "straße")


@pytest.mark.parametrize(("key", "field", "value"), [(b"short", "email", "a"), (KEY, "email", " "), (KEY, "", "a"),
                                                     (KEY, "email", "a\0b"), (KEY, "a\0", "b")])  # fmt: skip
def test_a_short_key_or_nothing_to_index_is_refused(key, field, value):
    with pytest.raises(UsageError):
        blocking_index(key, field, value)


@pytest.mark.slow
@given(st.text(min_size=1, max_size=20))
def test_folding_twice_is_folding_once(value):
    try:
        index = blocking_index(KEY, "name", value)
    except UsageError:
        return
    assert blocking_index(KEY, "name", value.strip()) == index
