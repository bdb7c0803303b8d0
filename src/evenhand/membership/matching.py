"""Linking one account to one member: by the platform's id or by a handle the member declared, or not at all.

There is no likeness here, no name, no score: a resemblance is nobody's link. Somebody else's later use of a
handle is caught where the member also declared the account's id.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.errors import UsageError
from evenhand.membership.intervals import MemberRef

KEY_BYTES: Final = 32
MAX_HANDLE: Final = 256
_PLATFORM = re.compile(r"[a-z][a-z0-9_]{0,31}")
_ID = re.compile(r"[\w.:%~/-]{1,256}", re.ASCII)
# The same spellings that the platforms themselves treat as one account.
_CASELESS: Final = frozenset(
    {"x", "instagram", "threads", "tiktok", "reddit", "telegram", "bluesky", "activitypub", "facebook", "youtube"}
)


class Band(StrEnum):
    """How an account is linked to a member."""

    EXACT_ID = "exact_id"
    DECLARED_HANDLE = "declared_handle"
    NONE = "none"

    @property
    def words(self) -> str:
        """The band in plain words."""
        return _WORDS[self]


_WORDS = {
    Band.EXACT_ID: "the account's own id, as the member declared it",
    Band.DECLARED_HANDLE: "a handle the member declared",
    Band.NONE: "linked to nobody",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """An account a member declared as theirs: its handle, its id on the platform, or both."""

    member_ref: MemberRef
    platform: str
    handle: str | None = None
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The band, the member (None for no link) and the names of the fields that agree and disagree."""

    band: Band
    member_ref: MemberRef | None = None
    agreeing: tuple[str, ...] = ()
    disagreeing: tuple[str, ...] = ()


def plain_platform(platform: str) -> str:
    """Return the platform's name as it is stored; UsageError for what is none."""
    name = platform.strip().lower()
    if not _PLATFORM.fullmatch(name):
        raise UsageError("is no platform name", where=repr(platform[:40]), mend="Use one such as x or bluesky.")
    return name


def plain_handle(platform: str, handle: str) -> str:
    """Return a handle in the one spelling in which it is compared: no `@`, composed, small where the platform is.

    Raises UsageError for a blank one, one over 256 characters, or one with spaces or characters that do not
    show. Look-alike letters are kept apart: they are different accounts.
    """
    name = unicodedata.normalize("NFC", handle.strip()).removeprefix("@")
    if not name or len(name) > MAX_HANDLE:
        raise UsageError("is no handle", where=repr(handle[:40]), mend="Write it as the platform shows it.")
    if any(char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cn", "Cs", "Co") for char in name):
        raise UsageError(
            "holds spaces or characters that do not show", where=repr(handle[:40]), mend="Type the handle anew."
        )
    return name.lower() if platform in _CASELESS else name


def plain_account_id(account_id: str) -> str:
    """Return a platform's id of an account, as text; UsageError for what is none."""
    value = account_id.strip()
    if not _ID.fullmatch(value):
        raise UsageError("is no account id", where=repr(account_id[:40]), mend="Copy the id as the platform gives it.")
    return value


def parse_declared(member_ref: MemberRef, text: str) -> Declared:
    """Return a declared account from `platform:handle` or `platform:id=123`; UsageError for anything else."""
    platform, colon, rest = text.strip().partition(":")
    if not colon:
        raise UsageError("is no declared account", where=repr(text[:40]), mend="Write platform:handle.")
    name = plain_platform(platform)
    if rest.startswith("id="):
        return Declared(member_ref, name, account_id=plain_account_id(rest.removeprefix("id=")))
    return Declared(member_ref, name, handle=plain_handle(name, rest))


def match_declared(
    handle: str | None, platform: str, declared: Iterable[Declared], *, account_id: str | None = None
) -> Match:
    """Return the one member who declared this account, by id first, then by handle; linear in `declared`.

    Nobody is linked when several members declared it, when id and handle point to different members, or when
    the handle fits but its owner declared another id on that platform: the handle has changed hands.
    """
    name = plain_platform(platform)
    wanted_handle = plain_handle(name, handle) if handle else None
    wanted_id = plain_account_id(account_id) if account_id else None
    here = [each for each in declared if each.platform == name]
    by_id = {each.member_ref for each in here if wanted_id is not None and each.account_id == wanted_id}
    by_handle = {each.member_ref for each in here if wanted_handle is not None and each.handle == wanted_handle}
    if by_id:
        return _by_id(by_id, by_handle, handle_known=_has_handle(here, by_id), asked=wanted_handle is not None)
    return _by_handle(by_handle, other_id=_has_id(here, by_handle), asked=wanted_id is not None)


def _has_handle(here: list[Declared], members: set[MemberRef]) -> bool:
    return any(each.handle is not None for each in here if each.member_ref in members)


def _has_id(here: list[Declared], members: set[MemberRef]) -> bool:
    return any(each.account_id is not None for each in here if each.member_ref in members)


def _by_id(ids: set[MemberRef], handles: set[MemberRef], *, handle_known: bool, asked: bool) -> Match:
    if len(ids) > 1:
        return Match(Band.NONE, agreeing=("account_id",), disagreeing=("declared_by_several",))
    (member,) = ids
    if handles and handles != ids:
        return Match(Band.NONE, agreeing=("account_id",), disagreeing=("handle",))
    if handles:
        return Match(Band.EXACT_ID, member, agreeing=("platform", "account_id", "handle"))
    # Handles change; the id does not. Another handle is said, and links all the same.
    return Match(Band.EXACT_ID, member, ("platform", "account_id"), ("handle",) if asked and handle_known else ())


def _by_handle(handles: set[MemberRef], *, other_id: bool, asked: bool) -> Match:
    if not handles:
        return Match(Band.NONE)
    if len(handles) > 1:
        return Match(Band.NONE, agreeing=("handle",), disagreeing=("declared_by_several",))
    if asked and other_id:
        return Match(Band.NONE, agreeing=("handle",), disagreeing=("account_id",))
    (member,) = handles
    return Match(Band.DECLARED_HANDLE, member, agreeing=("platform", "handle"))


def blocking_index(key: bytes, field: str, value: str) -> str:
    """Return the exact, keyed index of one value of the register: 64 hex digits of HMAC-SHA-256.

    It finds equal values and nothing else; without the key it says nothing. Values are composed (NFKC), case
    folded and stripped first, so that `Ärger` and `ärger` meet. Raises UsageError for a key under 32 bytes or
    a blank value. Source: RFC 2104; field and value are separated by a NUL that neither may hold.
    """
    if len(key) < KEY_BYTES:
        raise UsageError(f"the index key is shorter than {KEY_BYTES} bytes", mend="Make a new key.")
    # Composing again after folding: folding may leave a decomposed form.
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold()).strip()
    if not plain or "\0" in plain or not field or "\0" in field:
        raise UsageError("there is nothing to index", where=field, mend="Leave blank fields out.")
    raw = b"evenhand/blocking/v1\0" + field.encode() + b"\0" + plain.encode("utf-8", "surrogatepass")
    return hmac.new(key, raw, hashlib.sha256).hexdigest()
