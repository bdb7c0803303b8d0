"""T-TAMPER, systematically: a database administrator changes each column of each table; verify names table and row.

Triggers are dropped and put back for each change, so that only what the rows say can tell. By day a draw by a fixed
seed from all changes; at night every one.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.databases import Desk
from tests.fixtures.make_exports import as_json, comment
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.tampering import (
    above_the_desk,
    all_changes,
    covered_tables,
    drawn,
    unnoticed_additions,
    unnoticed_changes,
    unnoticed_removals,
)
from tests.web.desk.desk_room import make_officer, word_list
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import new_key, store

from evenhand.categories import Category
from evenhand.codes import builtin
from evenhand.context import Context
from evenhand.corpus.aim import Account
from evenhand.posts import recognise
from evenhand.screening.local import LocalHead, LocalPackage, save_local
from evenhand.web.desk import refits
from evenhand.web.desk.actions import put_aside, take_back
from evenhand.web.desk.feedback import label, report_missed
from evenhand.web.desk.finding import screen_new_posts
from evenhand.web.desk.models import Lead, Protected
from evenhand.web.desk.protection import declare
from evenhand.web.desk.words import Answer, Reason
from evenhand.web.home import Home
from evenhand.web.people.actions import create_person, end_mandate, end_role, record_mandate
from evenhand.web.people.models import Grant
from evenhand.web.people.roles import Office
from evenhand.web.people.standing import PersonId
from evenhand.web.record.checkpoints import keyring, make_checkpoint
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.witnesses import ask_if_due, name_witness
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here
from evenhand.web.sources.same_acts import Answer as SameAnswer
from evenhand.web.sources.same_acts import suggested, tell
from evenhand.web.sources.suppression import keep_out
from evenhand.web.vault.alarms import open_alarms, raise_alarm, see_alarm
from evenhand.web.vault.erasing import Scope, erase
from evenhand.web.vault.holds import ask_release
from evenhand.web.vault.models import VaultObject
from evenhand.web.vault.objects import derive
from evenhand.web.vault.people import Person, ask_person
from evenhand.web.vault.words import Kind, Why
from evenhand.witness import WitnessFolder, asking

pytestmark = pytest.mark.slow


@pytest.fixture
def only_own_projections() -> None:
    """Here the folds of all apps take part."""


@pytest.fixture
def lived_in(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An installation in which everything happened once: people, an import, leads, a disposal, readings."""
    clock = [desk.ctx.now() - timedelta(hours=2)]
    ctx = Context(now=lambda: clock[0], random=desk.ctx.random)
    officer, other = make_officer("an-officer", ctx), make_officer("a-colleague", ctx)
    end_role(grant=Grant.objects.get(person=other).id, actor=SYSTEM, ctx=ctx)
    chair = PersonId(create_person(username="the-chair", password="four calm words here", ctx=ctx).pk)
    begun, last = date(2025, 1, 1), date(2026, 2, 1)
    mandate = record_mandate(person=chair, office=Office.LEADER, begins=begun, ends=None, actor=SYSTEM, ctx=ctx)
    end_mandate(mandate=mandate, ends=last, actor=SYSTEM, ctx=ctx)
    record_mandate(person=chair, office=Office.LEADER, begins=last, ends=None, actor=SYSTEM, ctx=ctx)
    declare(label="Councillor, ward 3", accounts=[Account("x", "7001", "ana")], actor=SYSTEM, ctx=ctx)
    reply: dict[str, Any] = {"in_reply_to_user_id_str": "7001", "in_reply_to_screen_name": "ana"}
    words = ("you idiot, resign", "what a fine speech", "damn, I will find you", "an idiot speaks")
    posts = jsonl(tmp_path / "posts.jsonl", [v1_tweet(str(9000 + n), text, **reply) for n, text in enumerate(words)])
    import_file(recognised=recognise(posts), ctx=ctx, basis="a test")
    clock[0] += timedelta(minutes=1)
    screen_new_posts(corpus_here(), ctx, screen=word_list, code=builtin("quillhaven"))
    first, second, *_ = Lead.objects.order_by("id")
    put_aside(lead=first.id, reason=next(iter(Reason)), actor=officer, ctx=ctx)
    put_aside(lead=second.id, reason=next(iter(Reason)), actor=officer, ctx=ctx)
    take_back(lead=second.id, actor=officer, ctx=ctx)
    open_texts([first.snapshot, second.snapshot, first.author], actor=officer, purpose="triage", ctx=ctx)
    _feed_back(officer, ctx, desk.home)
    _fill_vault(desk)
    _say_of_two_exports(tmp_path, officer, ctx)
    keep_out({"x:9003"}, ctx)
    clock[0] += timedelta(minutes=16)
    assert close_read_windows(ctx) >= 1
    _be_cosigned(ctx, tmp_path / "witness", desk.home, monkeypatch)
    return desk


def _say_of_two_exports(folder: Path, officer: ActorId, ctx: Context) -> None:
    """Two exports of one account overlap in a comment, and an officer says so."""
    for number, items in enumerate(([comment("late")], [comment("late"), comment("new", 1_600_000_009)])):
        (folder / f"{number}").mkdir()
        path = folder / f"{number}" / "comments.json"
        path.write_bytes(as_json({"comments_v2": items}))
        import_file(recognised=recognise(path), ctx=ctx)
    tell(record=suggested()[0].record, answer=SameAnswer.SAME, reason="a newer zip", actor=officer, ctx=ctx)


def _fill_vault(desk: Desk) -> None:
    """Files, a copy, an alarm, a hold whose end is asked for, and one case's worth that was erased with its figures."""
    staff, key = Staff(desk), new_key(desk)
    ask_person(person=Person(names=("Robin Quill",)), why=Why.REQUEST, by=staff.dpo, ctx=desk.ctx)
    held, gone = store(desk, b"held"), store(desk, b"gone", key=key)
    derive(of=held, method="shout", data=b"HELD", actor=SYSTEM, purpose="test", ctx=desk.ctx)
    ask_release(hold=staff.place(held), person=staff.dpo, ctx=desk.ctx)
    raise_alarm(VaultObject.objects.get(pk=held), found="scrub", reason="missing", ctx=desk.ctx)
    see_alarm(open_alarms()[0].id, actor=ActorId(staff.dpo), ctx=desk.ctx)
    scope = Scope(keys=frozenset({key}), objects=frozenset({gone}), count=b'{"route":"formal"}')
    erase(
        kind=Kind.CASE, target="f" * 32, why=Why.RETENTION, first=staff.dpo, second=staff.keeper, scope=scope,
        ctx=desk.ctx,
    )  # fmt: skip


def _be_cosigned(ctx: Context, folder: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name a witness, sign a checkpoint and have it cosigned."""
    outside = WitnessFolder(folder)
    vkey = outside.create("witness.example.org", ctx)
    outside.know(str(keyring(home)[0]))
    name_witness(vkey=str(vkey), url="https://witness.example.org", ctx=ctx)
    make_checkpoint(ctx)
    monkeypatch.setattr(asking, "post_plainly", lambda _url, body: outside.witness(ctx).add_checkpoint(body))
    assert ask_if_due(ctx) == 1


def _feed_back(officer: ActorId, ctx: Context, home: Home) -> None:
    """Two people agree on a post the detector missed, and one proposes to use what was learnt."""
    third = make_officer("a-third", ctx)
    person = Protected.objects.get().id
    missed = report_missed(person=person, text="you clown", kinds=["insult"], actor=officer, ctx=ctx)
    label(example=missed, answer=Answer.ABUSE, kinds=["insult"], actor=third, ctx=ctx)
    package = LocalPackage("a-model", "a-calibration", {Category.ABUSE: LocalHead(1.0, 0.0, 0.5, {})}, {})
    save_local(package, refits.models_folder(home))
    refits.propose(package=package.id, home=home, actor=officer, ctx=ctx)


def test_every_column_of_every_table_is_covered(lived_in: Desk) -> None:
    tables = covered_tables(lived_in.home.database) - above_the_desk(lived_in.home.database)
    changes = [change for change in all_changes(lived_in.home.database) if change.table in tables]
    assert {change.table for change in changes} == tables
    missed, tried = unnoticed_changes(lived_in, drawn(changes, 60))
    assert not missed, "\n".join(missed)
    assert tried > 40


def test_every_row_removed_or_added_is_noticed(lived_in: Desk) -> None:
    tables = covered_tables(lived_in.home.database) - above_the_desk(lived_in.home.database)
    missed = [
        *unnoticed_removals(lived_in, drawn(sorted(tables), 8)),
        *unnoticed_additions(lived_in, drawn(sorted(tables), 8)),
    ]
    assert not missed, "\n".join(missed)
