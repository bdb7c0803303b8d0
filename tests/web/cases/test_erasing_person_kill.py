"""T-ERASE, one person: kill -9 after each step; the record holds, going on finishes it, and no trace is left."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.kill import Acknowledge, killed_at_call, points
from tests.web.cases.test_erasing_person import PERSON, World, opened, traces_in
from tests.web.vault.vault_room import everything_on_disk

from evenhand.context import Context
from evenhand.web.cases import person as erasing
from evenhand.web.cases.person import erase_person, find_person, finish_people
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify
from evenhand.web.sources.queries import query
from evenhand.web.vault.erasing import finish_erasures
from evenhand.web.vault.models import PersonErasure
from evenhand.web.vault.people import Person

pytestmark = pytest.mark.slow
# What `erase_person` asks for, in its order; the second case goes after the first.
STEPS = [("erase_case", 1), ("erase_case", 2), ("posts_by", 1), ("_close", 1), ("keep_out", 1), ("finish_person", 1)]


def failed() -> list[str]:
    return [each.place for each in verify(Context.system()).findings if each.verdict == "failed"]


@pytest.mark.parametrize(("step", "nth"), STEPS if points(0, 1) else [STEPS[0], STEPS[3], STEPS[-1]])
def test_killed_after_each_step_it_goes_on_and_leaves_no_trace(room: Desk, tmp_path: Path, step: str, nth: int) -> None:
    world = World(room, tmp_path)
    ctx = Context(now=room.ctx.now, random=secrets.token_bytes)  # a fork draws the same bytes again
    person = Person(PERSON.names, PERSON.accounts, PERSON.contacts, world.account_id)
    request = world.signed(person)

    def work(acknowledge: Acknowledge) -> None:
        acknowledge(str(erase_person(request, ctx)))

    assert killed_at_call(erasing, step, work, before=False, nth=nth) == []
    assert PersonErasure.objects.get(pk=request).done_at is None or step == "finish_person"
    assert failed() == [], "half done it is no alarm"
    finish_erasures(ctx)
    finish_people(ctx)
    assert PersonErasure.objects.get(pk=request).done_at is not None
    assert find_person(person).closed == ()
    close_read_windows(ctx)
    assert traces_in(everything_on_disk(room)) == [] == traces_in(opened(set()))
    assert query("SELECT record_key FROM observations").to_pylist() == [{"record_key": "x:502"}]
    assert failed() == []
    assert finish_people(ctx) == 0
