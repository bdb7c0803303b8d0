"""What lies outside the seal of a bundle: refused where it holds anything that no bundle of ours has there.

Only the payload is sealed. Whoever holds a bundle can write the rest anew and bring the lists of files in line, so that
nothing may stand there that a reader could take for the organisation's word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from evenhand.bundle.lines import read_json
from evenhand.errors import UsageError
from evenhand.ledger.encoding import MAX_INTEGER, unb64u
from evenhand.ledger.errors import Malformed
from evenhand.ledger.keyring import parse_keyring
from evenhand.ledger.leaf import ID_SIZE
from evenhand.ledger.notes import parse_vkey
from evenhand.ledger.policy import NamedWitness, Policy, parse_policy, write_policy

_INFO: Final = {
    "Bagging-Date": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "External-Identifier": re.compile(r"[0-9a-f]{32}", re.ASCII),
    "Payload-Oxum": re.compile(r"\d+\.\d+", re.ASCII),
}
_URL: Final = re.compile(r"https?://[!-~]+", re.ASCII)
_DAY: Final = timedelta(days=1)


def sole_json(data: bytes) -> Any:
    """Return JSON in the one form in which bundles write it; raises Malformed for every other spelling of it."""
    value = read_json(data)
    try:
        again = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    except (UnicodeEncodeError, RecursionError):
        raise Malformed("text that is none, or nested without end") from None
    if data != again + b"\n":
        raise Malformed("it is spelt otherwise than bundles spell it")
    return value


def check_info(data: bytes, oxum: str | None, leaf: Mapping[str, Any] | None) -> None:
    """Raise Malformed unless bag-info.txt has its three lines, and they say what the files and the sealed entry say.

    `oxum`: size and number of the payload, None where that is in doubt. `leaf`: the entry of the export, if it is one.
    """
    pairs = [line.partition(": ") for line in data.decode("ascii", "replace").split("\n")]
    values = [value for _, _, value in pairs]
    named = [name for name, _, _ in pairs] == [*_INFO, ""]
    if not named or not all(form.fullmatch(value) for form, value in zip(_INFO.values(), values, strict=False)):
        raise Malformed("it has other lines than the three of a bundle: believe none of them")
    day, name, payload = values[:3]
    if oxum is not None and payload != oxum:
        raise Malformed("it gives another number or size of files than are here")
    if leaf is None:
        return
    sealed = date.fromisoformat(leaf["at"][:10])
    before = sealed - _DAY if sealed > date.min else sealed
    if day not in (sealed.isoformat(), before.isoformat()):  # files may be written before midnight
        raise Malformed("it gives another day than the sealed entry")
    if "obj" not in leaf or unb64u(leaf["obj"], ID_SIZE).hex() != name:
        raise Malformed("it gives another name than the sealed entry")


def own_policy(data: bytes) -> Policy:
    """Return the policy of a bundle; raises Malformed where it is written otherwise than bundles write theirs."""
    policy = _policy(data)
    rows = [line.split(" ") for line in data.decode("utf-8", "replace").split("\n")]
    logs = [str(key) for key in policy.logs]
    asked = [row for row in rows if row[0] == "witness" and len(row) == 4 and _URL.fullmatch(row[3])]
    if not logs or write_policy(logs, [NamedWitness(parse_vkey(row[2]), row[3]) for row in asked]) != data:
        raise Malformed("it has a line that no bundle has: believe nothing in it")
    return policy


def check_keyring(data: bytes, policy: bytes | None, size: int | None) -> None:
    """Raise Malformed where a bundle's list of keys says what cannot be.

    `policy`: the bundle's own, which names the same keys. `size`: of the log, beyond which no key was added.
    """
    parse_keyring(data)
    listed = sole_json(data)
    known = {str(key) for key in _policy(policy).logs} if policy is not None else set()
    last = MAX_INTEGER if size is None else size - 1
    for each in listed:
        if known and each["vkey"] not in known:
            raise Malformed("it lists a key that the policy does not name")
        since, changed = each["added_index"], each["status_index"]
        if not _between(0, since, last) or (changed is None) != (each["status"] == "active"):
            raise Malformed("it gives a key a place in the log that it cannot have")
        if changed is not None and not _between(since, changed, last):
            raise Malformed("it gives a key a place in the log that it cannot have")


def _policy(data: bytes) -> Policy:
    try:
        return parse_policy(data)
    except UsageError as error:
        raise Malformed(str(error)) from None


def _between(least: int, value: Any, most: int) -> bool:
    return type(value) is int and least <= value <= most
