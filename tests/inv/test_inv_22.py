"""INV-22: faction and political opinion are attributes of nobody: no column, no register, no word to choose."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.apps import apps

from evenhand.errors import UsageError
from evenhand.membership.register import read_register
from evenhand.web.people.roles import Office, Role

OPINION = re.compile(
    r"faction|fraction|wing|camp|politic|opinion|ideolog|belief|religio|creed|conviction|allegian|loyal|"
    r"\bvoted_for|ethnic|race\b|racial|orientation|left_?right",
    re.IGNORECASE,
)  # fmt: skip
# What the words above hit without meaning it.
HARMLESS = frozenset({"scraped", "drawing"})


def said_of_people() -> Iterator[str]:
    """Yield the name of every column, and every word that a column may hold by choice, of every table of ours."""
    for model in apps.get_models():
        if not model.__module__.startswith("evenhand."):
            continue
        for field in model._meta.get_fields():
            yield f"{model._meta.db_table}.{field.name}"
            for value, _words in getattr(field, "choices", None) or ():
                yield f"{model._meta.db_table}.{field.name}={value}"


def register_columns() -> Iterator[str]:
    """Yield what a register of members can say about one."""
    from dataclasses import fields

    from evenhand.web.register.known import Known

    yield from (f"register.{field.name}" for field in fields(Known))


def offices_and_roles() -> Iterator[str]:
    yield from (f"role={role.value}" for role in Role)
    yield from (f"office={office.value}" for office in Office)


def hits(said: Iterator[str]) -> list[str]:
    return [name for name in said if OPINION.search(name) and not any(word in name for word in HARMLESS)]


@pytest.mark.parametrize("said", [said_of_people, register_columns, offices_and_roles])
def test_nothing_is_kept_of_what_somebody_thinks(said) -> None:
    names = list(said())
    assert len(names) > 3
    assert hits(iter(names)) == []


def test_the_scan_finds_what_it_is_for() -> None:
    assert hits(iter(["people_user.faction", "register.political_views", "desk_lead.band"])) == [
        "people_user.faction", "register.political_views",
    ]  # fmt: skip


def test_a_register_that_says_such_a_thing_is_refused() -> None:
    with pytest.raises(UsageError, match="faction"):
        read_register("member_id,joined,left,deceased,handles,name,faction\n1,2019-01-01,,,,Robin Quill,red\n")
