"""kill -9 at random moments of uploads in parts, erasures, bundles and backups: all of a thing or nothing of it.

What was acknowledged is there; what was cut short goes on or is done again; the record holds after each kill.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import Acknowledge, Work, finished, killed_after, points, random_delays
from tests.web.cases.cases_room import received
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import blob_rows, path_of, store

from evenhand import age
from evenhand.backup import About, Recipients, home_parts, make_backup, opened_backup, unpack
from evenhand.backup import Kind as Backup
from evenhand.bundle import check_bundle
from evenhand.context import Context
from evenhand.ledger.checking import Verdict
from evenhand.posts import recognise
from evenhand.web.cases import incoming
from evenhand.web.cases.bundle import export_bundle
from evenhand.web.cases.models import Case, Party, Upload
from evenhand.web.cases.person import erase_person, finish_people
from evenhand.web.cases.steps.files import add_file
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.keys import create_key
from evenhand.web.record.verify import verify
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.compaction import remove_retired
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.vault.erasing import erase, finish_erasures, scope_of_object
from evenhand.web.vault.models import PersonErasure, VaultObject
from evenhand.web.vault.objects import read_object
from evenhand.web.vault.people import Person, ask_now
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow
PART = 4096
# Each begins again with a fresh installation: every erasure reads the whole record.
TURNS = range(points(short=1, nightly=10))


@pytest.fixture
def real(room: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The installation, with bytes that two forks do not draw alike, and small parts."""
    monkeypatch.setattr(incoming, "PART", PART)
    return Desk(room.home, Context(now=room.ctx.now, random=secrets.token_bytes))


def killed(work: Work, once: Work, *, count: int, seed: str, after: Callable[[list[str]], None]) -> list[str]:
    """Kill `work` so often, mostly while it does what `once` does; look with `after` each time; return all lines."""
    started = time.monotonic()
    lines = finished(once)
    after(lines)
    for delay in random_delays(count, 1.2 * (time.monotonic() - started), seed):
        lines += [line for line in killed_after(delay, work) if line != "end"]
        assert not any(line.startswith("Traceback") for line in lines), "\n".join(lines)
        after(lines)
    return lines


def sound(ctx: Context) -> None:
    findings = verify(ctx).findings
    assert [finding for finding in findings if finding.verdict is Verdict.FAILED] == []


def words_of(name: str) -> bytes:
    """Return what the file of a name holds: two parts and a half."""
    return (name.encode() + b" ") * (5 * PART // 2 // (len(name) + 1))


@pytest.mark.parametrize("turn", TURNS)
def test_uploads_in_parts(real: Desk, turn: int) -> None:
    ctx = real.ctx
    party = Party.objects.select_related("case__submission").get(case=received(ctx).cases[0])

    def send(acknowledge: Acknowledge) -> None:
        name = f"{secrets.token_hex(4)}.txt"
        data = words_of(name)
        coming = incoming.expect(owner=party.id, name=name, size=len(data), ctx=ctx)
        for at in range(0, len(data), PART):
            here = incoming.take(coming, at, data[at : at + PART], ctx)
            acknowledge(f"part {incoming.ticket(coming)} {here}")
        acknowledge(f"file {add_file(party=party, name=name, data=incoming.whole(coming), ctx=ctx)} {name}")
        incoming.forget(coming)

    def look(lines: list[str]) -> None:
        last = {ticket: int(here) for kind, ticket, here in map(str.split, lines) if kind == "part"}
        for ticket, here in last.items():  # what was cut short goes on from where it was acknowledged
            coming = incoming.coming_of(ticket, owner=party.id)
            if coming is None or not incoming.is_coming(coming):
                continue
            there, data = incoming.arrived(coming), words_of(coming.name)
            assert there >= here, "an acknowledged part was lost"
            for at in range(there, len(data), PART):
                incoming.take(coming, at, data[at : at + PART], ctx)
            assert incoming.whole(coming).read() == data
            incoming.forget(coming)
        shutil.rmtree(real.home.root / "incoming", ignore_errors=True)  # of which no ticket left: nobody can open it
        for kind, new, name in map(str.split, lines):
            if kind == "file":
                assert read_object(new, actor=SYSTEM, purpose="test", ctx=ctx) == words_of(name)
        assert Upload.objects.count() == VaultObject.objects.count()

    lines = killed(send, send, count=points(short=5, nightly=40), seed=f"upload {turn}", after=look)
    assert any(line.startswith("part") for line in lines)
    sound(ctx)


@pytest.mark.parametrize("turn", TURNS)
def test_erasures_of_files(real: Desk, turn: int) -> None:
    ctx, staff = real.ctx, Staff(real)
    known: dict[str, bytes] = {}

    def make(acknowledge: Acknowledge) -> None:
        for _ in range(2):
            data = secrets.token_hex(8).encode() * 50
            acknowledge(f"kept {store(real, data, key=create_key(ctx=ctx, scope=ctx.new_id()))} {data.decode()}")

    def work(acknowledge: Acknowledge) -> None:
        for obj in [*known][:2]:
            scope = scope_of_object(obj)
            erase(
                kind=Kind.OBJECT, target=obj, why=Why.RETENTION, first=staff.dpo, second=staff.keeper, scope=scope,
                ctx=ctx,
            )  # fmt: skip
            acknowledge(f"gone {obj} -")
        make(acknowledge)

    def look(lines: list[str]) -> None:
        finish_erasures(ctx)
        known.update({obj: data.encode() for kind, obj, data in map(str.split, lines) if kind == "kept"})
        for row in VaultObject.objects.all():
            if row.state == "erased":
                assert not path_of(row.id).exists()
                known.pop(row.id, None)
        assert not known.keys() & {obj for kind, obj, _ in map(str.split, lines) if kind == "gone"}
        for obj, data in known.items():
            assert read_object(obj, actor=SYSTEM, purpose="test", ctx=ctx) == data

    look(finished(make))
    killed(work, work, count=points(short=4, nightly=40), seed=f"erasure {turn}", after=look)
    assert VaultObject.objects.filter(state="erased").exists()
    assert blob_rows(real) >= VaultObject.objects.exclude(state="erased").count()
    sound(ctx)


@pytest.mark.parametrize("turn", TURNS)
def test_erasures_of_people(real: Desk, tmp_path: Path, turn: int) -> None:
    ctx, staff = real.ctx, Staff(real)
    count = points(short=1, nightly=10)

    def posts_of(author: int) -> int:
        found = query(f"SELECT count(*) AS n FROM observations WHERE author_id = '{author}'").to_pylist()
        return int(found[0]["n"])

    delays = random_delays(count, 0.6, f"person {turn}")
    for author, delay in enumerate(delays, 1000):
        user = {"id": 1, "id_str": str(author), "screen_name": f"gull{author}", "name": "Gull"}
        posts = [v1_tweet(f"{author}{n}", f"words of gull{author}", user=user) for n in range(3)]
        import_file(recognised=recognise(jsonl(tmp_path / f"{author}.jsonl", posts)), ctx=ctx, basis="a test")
        person = Person(accounts=(f"x:{author}",))
        request = ask_now(person=person, why=Why.REQUEST, first=staff.dpo, second=staff.keeper, ctx=ctx)

        def work(acknowledge: Acknowledge, request: str = request) -> None:
            erase_person(request, ctx)
            acknowledge("done")

        killed_after(delay, work)
        assert posts_of(author) in (0, 3), "half of a person's posts went"
        finish_people(ctx)
        finish_erasures(ctx)
        assert posts_of(author) == 0
        assert not PersonErasure.objects.filter(done_at=None).exists()
    remove_retired(ctx)
    assert corpus_here(real.home).strays() == []
    assert b"gull1000" not in b"".join(path.read_bytes() for path in real.home.corpus.rglob("*") if path.is_file())
    sound(ctx)


@pytest.mark.parametrize("turn", TURNS)
def test_bundles_and_backups(real: Desk, tmp_path: Path, turn: int) -> None:
    pytest.importorskip("pyrage", reason="backups are encrypted by pyrage: the extra [desk]")
    ctx = real.ctx
    case = Case.objects.get(pk=received(ctx).cases[0])
    identity, public = age.new_identity()
    about = About(Backup.HOME, "1", "2026-03-02T09:00:00Z", "sqlite")
    out, work_at = tmp_path / "out", tmp_path / "work"
    out.mkdir(), work_at.mkdir()

    def work(acknowledge: Acknowledge) -> None:
        name = secrets.token_hex(4)
        export_bundle(case=case, to=out / f"{name}.zip", actor=SYSTEM, ctx=ctx, zipped=True)
        acknowledge(f"{name}.zip")
        make_backup(out / f"{name}.age", about, home_parts(real.home.root, []), Recipients((public,), None))
        acknowledge(f"{name}.age")

    seen: set[Path] = set()

    def look(lines: list[str]) -> None:
        assert set(lines) <= {path.name for path in out.iterdir()}, "what was acknowledged is there"
        for path in sorted(set(out.iterdir()) - seen):
            seen.add(path)
            if path.suffix == ".zip" and not path.name.startswith("."):
                assert check_bundle(path, now=int(ctx.now().timestamp())).verdict == "verified"
            elif path.suffix == ".age":
                with opened_backup(path, work_at, identities=(identity,)) as plain:
                    unpack(plain, tmp_path / "back" / path.name, Backup.HOME)

    lines = killed(work, work, count=points(short=2, nightly=30), seed=f"export {turn}", after=look)
    assert lines
    sound(ctx)
