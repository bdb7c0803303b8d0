"""INV-28: what one side may do the other may do, or the difference stands in the published table (PROCEDURE §2.5).

The addresses behind the two doors are the rights: each one exists at the other door, or is named here with the row that
says why not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import pytest
from django.urls import URLPattern
from tests.cast import visitor
from tests.databases import Desk

from evenhand.procedure.asymmetries import ASYMMETRIES, allowed
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.transitions import steps
from evenhand.web.answer import urls as answer
from evenhand.web.intake import urls as intake

C, R = CaseRole.COMPLAINANT, CaseRole.RESPONDENT
# Behind no code: whoever comes may report, the person complained about as well; the quick way out stands on every page
# of both doors; the notice that something was taken down is an officer's.
NO_SIDE = {"report", "report_danger", "report_take_down", "leave"}
# What one side alone has -> the row of the published table that says so, and whose right it is.
PUBLISHED = {
    "reply": ("asked_per_item", R),
    "point": ("asked_per_item", R),
    "check": ("asked_per_item", R),
    "identity": ("identity_step", C),
}
# No row of §2.5: it is their own report, and step T21 of the procedure says who may ask for it.
THEIR_OWN = {"withdraw": "T21", "keep": "T21"}


def rights(door: str, urls: Sequence[URLPattern]) -> dict[str, str]:
    """Return right -> address of one door; the door itself is "". Fails for an address of neither door."""
    found = {}
    for pattern in urls:
        name = str(pattern.name)
        if name not in NO_SIDE:
            first, _, right = name.partition("_")
            assert first == door, name
            found[right] = f"/{pattern.pattern}"
    return found


def unexplained(one: Collection[str], other: Collection[str]) -> set[str]:
    """Return the rights that stand at one door alone and among no differences we know of."""
    return (set(one) ^ set(other)) - set(PUBLISHED) - set(THEIR_OWN)


FOLLOW, ANSWER = rights("follow", intake.urlpatterns), rights("answer", answer.urlpatterns)


def test_every_right_stands_at_both_doors_or_in_the_published_table() -> None:
    assert unexplained(FOLLOW, ANSWER) == set()
    assert {"file", "letter_pdf", "proof", "companion", "challenge", "more_time"} <= set(FOLLOW) & set(ANSWER)
    assert set(PUBLISHED) | set(THEIR_OWN) == set(FOLLOW) ^ set(ANSWER), "named, but no difference any more"


@pytest.mark.parametrize("right", sorted(set(FOLLOW) & set(ANSWER)))
def test_a_right_that_is_missing_at_one_door_is_found(right: str) -> None:
    assert unexplained(set(FOLLOW) - {right}, ANSWER) == unexplained(FOLLOW, set(ANSWER) - {right}) == {right}


@pytest.mark.parametrize("right", sorted(PUBLISHED))
def test_the_row_says_whose_right_it_is(right: str) -> None:
    row, side = PUBLISHED[right]
    assert allowed(row)
    found = next(each for each in ASYMMETRIES if each.id == row)
    assert found.of == {side} and found.why
    assert (right in FOLLOW, right in ANSWER) == (side is C, side is R)


@pytest.mark.parametrize("right", sorted(THEIR_OWN))
def test_only_whoever_reported_takes_it_back(right: str) -> None:
    assert right in FOLLOW
    edges = steps(THEIR_OWN[right])
    assert edges and all(C in edge.actor and R not in edge.actor for edge in edges)


@pytest.mark.slow
def test_what_both_have_is_asked_for_in_the_same_way(room: Desk) -> None:
    """The same methods at the same place behind either door."""
    client = visitor()

    def taken(address: str) -> list[bool]:
        path = re.sub(r"<[^>]*>", "f" * 32, address)
        return [getattr(client, method)(path).status_code != 405 for method in ("get", "post")]

    for right in set(FOLLOW) & set(ANSWER):
        assert FOLLOW[right].removeprefix("/follow") == ANSWER[right].removeprefix("/answer"), right
        assert taken(FOLLOW[right]) == taken(ANSWER[right]), right
