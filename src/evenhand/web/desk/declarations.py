"""Reading a list of protected people: a CSV file with a row for each account."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from evenhand.corpus.aim import Account
from evenhand.errors import UsageError


@dataclass(frozen=True, slots=True)
class Declaration:
    """One person of a list: how officers know them, and their accounts."""

    label: str
    accounts: tuple[Account, ...]


def read_declarations(path: Path) -> list[Declaration]:
    """Return the people of a CSV file (UTF-8, columns in any order), in their order.

    Columns: `platform` and `account_id` or `handle`; `office` (with `town` where the office does not say it), or
    `name`; `key` where a person has several accounts, a row each. People are known by their office; by office and
    name where two hold one. Raises UsageError, with the line, for a row that cannot be used.
    """
    people: dict[str, tuple[dict[str, str], list[Account]]] = {}
    for line, row in enumerate(_rows(path), 2):
        account = Account(row.get("platform", ""), row.get("account_id") or None, row.get("handle") or None)
        if not _label(row) or not account.platform or not (account.id or account.handle):
            raise UsageError(
                "a row needs an office or a name, a platform, and an account id or a handle",
                where=f"{path}: line {line}",
                mend="Complete the row; nobody was declared.",
            )
        people.setdefault(row.get("key") or _label(row), (row, []))[1].append(account)
    known_as = Counter(_label(row) for row, _accounts in people.values())
    return [Declaration(_apart(row, known_as), tuple(accounts)) for row, accounts in people.values()]


def _label(row: dict[str, str]) -> str:
    office, town = row.get("office", ""), row.get("town", "")
    if not office:
        return row.get("name", "")
    return office if not town or town in office else f"{office}, {town}"


def _apart(row: dict[str, str], known_as: Counter[str]) -> str:
    label, name = _label(row), row.get("name", "")
    return f"{label} ({name})" if known_as[label] > 1 and name else label


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", restkey="")
            rows = [{str(k).strip().lower(): str(v).strip() for k, v in row.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError("this is not a CSV file in UTF-8", where=str(path), mend="Save it again as CSV.") from error
    if not rows:
        raise UsageError("the list is empty", where=str(path), mend="Give a header line and a row for each account.")
    return rows
