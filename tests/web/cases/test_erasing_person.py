"""T-ERASE on one person: nothing of theirs is left anywhere that may go, what stays is named, all else verifies."""

from __future__ import annotations

import base64
import importlib.util
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.fixtures.make_x import jsonl, v1_tweet
from tests.kill import NIGHTLY
from tests.web.cases.cases_room import Company, received
from tests.web.cases.cases_story import Story, story
from tests.web.desk.desk_room import word_list
from tests.web.vault.test_vlt_holds import Staff
from tests.web.vault.vault_room import everything_on_disk

from evenhand import age
from evenhand.backup import About, Recipients, home_parts, make_backup, opened_backup, unpack
from evenhand.backup import Kind as Backup
from evenhand.cli import vault_person
from evenhand.codes import builtin
from evenhand.corpus.aim import Account
from evenhand.errors import EvenhandError
from evenhand.ledger.checking import Verdict
from evenhand.posts import recognise
from evenhand.procedure.roles import CaseRole
from evenhand.procedure.states import State
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.models import Case, Party
from evenhand.web.cases.person import Person, erase_asked, erase_person, find_person, finish_people
from evenhand.web.cases.steps.files import add_file
from evenhand.web.desk.finding import screen_new_posts
from evenhand.web.desk.models import Lead
from evenhand.web.desk.protection import declare
from evenhand.web.people.actions import create_person
from evenhand.web.people.models import User
from evenhand.web.record.checks.documents import Keys, open_opening
from evenhand.web.record.crypto import open_sealed
from evenhand.web.record.documents import record_bound, text_bound
from evenhand.web.record.ids import SYSTEM
from evenhand.web.record.models import LedgerEntry, Opening, ReadRow, Record, SealedText
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import audit, verify
from evenhand.web.sources.actions import import_file
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.vault.models import PersonErasure
from evenhand.web.vault.people import ask_person, sign_person
from evenhand.web.vault.words import Kind, Why

pytestmark = pytest.mark.slow

TRACES = {
    "name": "Philippa Tracehalibut",
    "handle": "traceharbour",
    "id": "77001234",
    "post": "you idiot, the trace of the ferry",
    "file": "trace-holiday.txt",
    "content": "tracecontent ü of a file",
    "address": "trace.halibut@quillhaven.example",
    "sign-in": "trace.signin",
    "report": "traceexplanation of the lamps",
}
PERSON = Person(
    names=(TRACES["name"],), accounts=("x:@TraceHarbour", "x:77001234"), contacts=(TRACES["address"],)
)  # fmt: skip


def encodings(text: str) -> Iterator[bytes]:
    """Yield the bytes a text may lie in: encodings, escapes, base64 at each of its three places, hex."""
    for code in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "latin-1"):
        yield text.encode(code)
    yield json.dumps(text)[1:-1].encode()
    plain = text.encode()
    yield plain.hex().encode()
    yield plain.hex().upper().encode()
    for place in range(3):
        for coded in (base64.b64encode(bytes(place) + plain), base64.urlsafe_b64encode(bytes(place) + plain)):
            yield coded[4 if place else 0 : -4]


def traces_in(data: bytes) -> list[str]:
    lower = data.lower()
    found = [name for name, text in TRACES.items() if any(form in data for form in encodings(text))]
    return found + [name for name, text in TRACES.items() if name not in found and text.lower().encode() in lower]


def opened(but: set[str]) -> bytes:
    """Return everything that a living key still opens, under all keys but these."""
    keys, parts = Keys("test"), []
    for text in SealedText.objects.exclude(key_id__in=but):
        if key := keys.get(text.key_id):
            parts.append(open_sealed(key, text.ciphertext, bound_to=text_bound(text.id, text.field)))
    for row in Record.objects.exclude(key_id__in=but):
        if key := keys.get(row.key_id):
            parts.append(open_sealed(key, row.sealed, bound_to=record_bound(row.id)))
    for opening in Opening.objects.exclude(key_id__in=but):
        if key := keys.get(opening.key_id):
            parts.append(open_opening(opening.seq, opening.field, opening.sealed, key).value)
    return b"\n".join(parts)


def over(desk: Desk, report: dict[str, Any], people: Company | None = None) -> Story:
    """Return a case that is over: by night one that went its whole way."""
    if NIGHTLY:
        return story(desk.ctx, people=people, report=report)
    told = story(desk.ctx, until=State.MEMBERSHIP_CHECK, people=people, report=report)
    told.move(State.OUT_OF_SCOPE, CaseRole.ASSESSOR, reason_code="policy_disagreement")
    told.move(State.CLOSED, "system")
    return told


class World:
    """A person in every place of an installation, beside others in each."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.staff = desk, Staff(desk)
        mine = {"id": 1, "id_str": TRACES["id"], "screen_name": TRACES["handle"], "name": TRACES["name"]}
        aimed: dict[str, Any] = {"in_reply_to_user_id_str": "7001", "in_reply_to_screen_name": "ana"}
        posts = [v1_tweet("501", TRACES["post"], user=mine, **aimed), v1_tweet("502", "an idiot speaks", **aimed)]
        declare(label="Councillor", accounts=[Account("x", "7001", "ana")], actor=SYSTEM, ctx=desk.ctx)
        import_file(recognised=recognise(jsonl(folder / "posts.jsonl", posts)), ctx=desk.ctx, basis="a test")
        screen_new_posts(corpus_here(), desk.ctx, screen=word_list, code=builtin("quillhaven"))
        about = {
            "subjects": (TRACES["name"],), "explanation": TRACES["report"],
            "items": (SaidItem("x:501", f"https://x.com/{TRACES['handle']}/status/501", text=TRACES["post"]),),
        }  # fmt: skip
        self.about = over(desk, about)
        self.sent = over(desk, {"contact": TRACES["address"], "subjects": ("Robin Quill",)}, self.about.people)
        self.other = Case.objects.get(pk=received(desk.ctx).cases[0])
        party = Party.objects.filter(case=self.about.case).exclude(side="respondent").select_related("case__submission")
        add_file(party=party.get(), name=TRACES["file"], data=TRACES["content"].encode(), ctx=desk.ctx)
        self.account = create_person(username=TRACES["sign-in"], password="four calm words here", ctx=desk.ctx)
        self.account_id = str(self.account.pk)

    def signed(self, person: Person = PERSON) -> str:
        ctx = self.desk.ctx
        request = ask_person(person=person, why=Why.REQUEST, by=self.staff.dpo, ctx=ctx)
        sign_person(request=request, by=self.staff.keeper, ctx=ctx)
        return request

    def numbers(self, *told: Story) -> tuple[str, ...]:
        return tuple(each.case.number for each in told)


@pytest.fixture
def world(room: Desk, tmp_path: Path) -> World:
    return World(room, tmp_path)


def backed_up(desk: Desk, folder: Path) -> bytes:
    """Return every byte of a backup made now, as it lies in it; without pyrage there is none."""
    if importlib.util.find_spec("pyrage") is None:
        return b""
    identity, public = age.new_identity()
    to, work = folder / "b.age", folder / "work"
    work.mkdir()
    make_backup(
        to,
        About(Backup.HOME, "1", "2026-03-02T09:00:00Z", "sqlite"),
        home_parts(desk.home.root, []),
        Recipients((public,), None),
    )
    with opened_backup(to, work, identities=(identity,)) as plain:
        unpack(plain, folder / "back", Backup.HOME)
    return b"".join(path.read_bytes() for path in (folder / "back").rglob("*") if path.is_file())


def test_one_person_is_gone_from_every_place_and_everything_else_verifies(
    world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    desk, ctx = world.desk, world.desk.ctx
    assert set(traces_in(opened(set()))) >= {"name", "post", "file", "address", "report"}, "the search finds them"
    assert set(traces_in(everything_on_disk(desk))) >= {"handle", "post", "sign-in"}
    entries = list(LedgerEntry.objects.values_list("seq", "leaf_hash"))
    person = Person(PERSON.names, PERSON.accounts, PERSON.contacts, world.account_id)
    hold = world.staff.place(world.about.case_id, Kind.CASE)
    number = world.about.case.number
    found = find_person(person)
    assert (found.closed, found.held, found.others) == (world.numbers(world.sent), world.numbers(world.about), ())
    assert found.posts == 1
    gone = erase_person(world.signed(person), ctx)
    assert (gone.cases, gone.posts) == (world.numbers(world.sent), 1), "what is held stays"
    assert gone.stays == (("case", number, "held"), ("post", number, "other_case"))
    assert [sentence.partition(" of source ")[0] for sentence in gone.copies] == ["the sealed copy"]
    row = PersonErasure.objects.get()
    assert row.person is None and row.done_at and json.loads(row.stays) == [list(each) for each in gone.stays]
    world.staff.release(hold)
    again = erase_person(world.signed(person), ctx)
    assert (again.cases, again.posts, again.stays) == ((number,), 0, ())
    close_read_windows(ctx)
    assert traces_in(everything_on_disk(desk)) == []
    assert traces_in(opened(set())) == []
    assert traces_in(backed_up(desk, tmp_path)) == []
    assert traces_in(caplog.text.encode()) == []
    assert query("SELECT record_key FROM observations").to_pylist() == [{"record_key": "x:502"}]
    assert Lead.objects.filter(record_key="x:502").exists() and not Lead.objects.filter(record_key="x:501").exists()
    account = User.objects.get(pk=world.account_id)
    assert not account.is_active and not account.has_usable_password()
    assert list(LedgerEntry.objects.values_list("seq", "leaf_hash"))[: len(entries)] == entries, "the leaves stay"
    report = audit(ctx)
    assert report.verdict is Verdict.VERIFIED, [f for f in report.findings if f.verdict is Verdict.FAILED]
    assert find_person(person).closed == () and Record.objects.filter(key_id=world.other.key).exists()


def test_two_people_sign_and_nobody_for_themselves(room: Desk) -> None:
    staff = Staff(room)
    for wrong in (Person(), Person(accounts=("traceharbour",)), Person(sign_in=staff.dpo)):
        with pytest.raises(EvenhandError):
            ask_person(person=wrong, why=Why.REQUEST, by=staff.dpo, ctx=room.ctx)
    request = ask_person(person=PERSON, why=Why.REQUEST, by=staff.dpo, ctx=room.ctx)
    for wrong_one in (staff.dpo, staff.officer):
        with pytest.raises(EvenhandError):
            sign_person(request=request, by=wrong_one, ctx=room.ctx)
    with pytest.raises(EvenhandError, match="nobody signed"):
        erase_person(request, room.ctx)
    sign_person(request=request, by=staff.keeper, ctx=room.ctx)
    with pytest.raises(EvenhandError, match="was signed"):
        sign_person(request=request, by=staff.keeper, ctx=room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_the_command_previews_erases_and_says_what_stays(room: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = Staff(room)
    monkeypatch.setattr(vault_person, "ready", lambda *_, **__: None)
    monkeypatch.setattr(vault_person.Context, "system", lambda: room.ctx)
    still = Case.objects.get(pk=received(room.ctx, subjects=(TRACES["name"],)).cases[0])

    def run(*words: str, typed: str = "") -> Any:
        done = CliRunner().invoke(vault_person.command, [*words], standalone_mode=False, input=typed)
        if done.exception:
            raise done.exception
        return done

    assert f"Would stay: case {still.number}" in run("--preview", typed=f"{TRACES['name']}\n").output
    dpo, keeper = (User.objects.get(pk=each).username for each in (staff.dpo, staff.keeper))
    with pytest.raises(EvenhandError, match="two people"):
        run("--name", TRACES["name"], "--by", dpo)
    done = run("--name", TRACES["name"], "--by", dpo, "--approver", keeper)
    assert done.return_value == 3 and f"Stays: case {still.number}: it is not closed" in done.output
    assert json.loads(run("--name", "Nobody", "--by", dpo, "--approver", keeper, "--json").output)["stays"] == []


def test_one_asks_on_the_page_and_the_other_role_signs(room: Desk) -> None:
    staff = Staff(room)
    still = Case.objects.get(pk=received(room.ctx, subjects=(TRACES["name"],)).cases[0])
    dpo, keeper = signed_in(staff.dpo), signed_in(staff.keeper)
    said = {"names": TRACES["name"], "accounts": "", "contacts": "", "sign_in": "", "why": "erasure_request"}
    assert dpo.post("/erasures", said | {"sign_in": "nobody"}).status_code == 422
    assert dpo.post("/erasures", said).status_code == 302
    row = PersonErasure.objects.get()
    assert TRACES["name"] not in text_of(keeper.get("/erasures"))
    before = ReadRow.objects.filter(actor=staff.keeper).count()
    shown = text_of(keeper.get(f"/erasures?open={row.id}"))
    assert TRACES["name"] in shown and still.number in shown and "Sign: erase this for good" in shown
    assert ReadRow.objects.filter(actor=staff.keeper).count() == before + 1
    assert "Sign: erase" not in text_of(dpo.get(f"/erasures?open={row.id}")), "nobody signs twice"
    assert keeper.post("/erasures", {"sign": row.id}).status_code == 302
    erase_asked({"request": row.id}, room.ctx)
    erase_asked({"request": row.id}, room.ctx)
    after = text_of(keeper.get(f"/erasures?open={row.id}"))
    assert f"Case {still.number}: it is not closed" in after and TRACES["name"] not in after
    assert finish_people(room.ctx) == 0 and verify(room.ctx).exit_code == 0


def test_who_signs_second_reads_whose_account_it_is_and_why_and_what_is_held(room: Desk) -> None:
    staff = Staff(room)
    case = over(room, {"subjects": (TRACES["name"],)}).case
    staff.place(case.id, Kind.CASE)
    account = User.objects.get(pk=staff.officer)
    dpo, keeper = signed_in(staff.dpo), signed_in(staff.keeper)
    said = {"names": TRACES["name"], "accounts": "", "contacts": "", "sign_in": account.username, "why": "retention"}
    assert dpo.post("/erasures", said).status_code == 302
    row = PersonErasure.objects.get()
    shown = text_of(keeper.get(f"/erasures?open={row.id}"))
    assert account.username in shown and "Why? It need not be kept any longer" in shown
    assert f"Closed cases none Cases that stay, because they are under a legal hold {case.number} Posts 0" in shown
    assert "because they are open" not in shown, "a heading over nothing says nothing"
    assert keeper.post("/erasures", {"sign": row.id}).status_code == 302
    erase_asked({"request": row.id}, room.ctx)
    after = text_of(keeper.get("/erasures"))
    assert f"Account {account.username}: the person still holds a role" in after and staff.officer not in after
    assert account.username not in PersonErasure.objects.get().stays, "its row names nobody"
    found = find_person(Person(names=(TRACES["name"],)))
    assert (found.closed, found.others, found.held) == ((), (), (case.number,))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "Say who it is"),
        ({"accounts": "x:@fine\nfoo"}, "is written like x:@handle or mail:name@example.org. (foo)"),
        ({"names": "Robin Quill", "sign_in": "DPO"}, "cannot sign here"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_the_form_and_what_was_typed_stays(
    room: Desk, said: dict[str, str], words: str
) -> None:
    staff = Staff(room)
    fields = {"names": "", "accounts": "", "contacts": "", "sign_in": "", "why": "erasure_request"} | said
    if fields["sign_in"]:
        fields["sign_in"] = User.objects.get(pk=staff.dpo).username
    shown = signed_in(staff.dpo).post("/erasures", fields)
    assert shown.status_code == 422 and words in text_of(shown) and not PersonErasure.objects.exists()
    assert all(text.splitlines()[0] in shown.content.decode() for text in fields.values() if text)


def test_who_asked_withdraws_what_nobody_signed_and_who_was_meant_is_gone(room: Desk) -> None:
    staff = Staff(room)
    request, other = (ask_person(person=PERSON, why=Why.REQUEST, by=staff.dpo, ctx=room.ctx) for _ in range(2))
    text = PersonErasure.objects.get(pk=request).person
    dpo, keeper = signed_in(staff.dpo), signed_in(staff.keeper)
    assert "Withdraw" not in text_of(keeper.get("/erasures"))
    assert keeper.post("/erasures", {"withdraw": request}).status_code == 400
    assert text_of(dpo.get("/erasures")).count("Withdraw this request") == 2
    assert dpo.post("/erasures", {"withdraw": request}).status_code == 302
    assert not SealedText.objects.filter(pk=text).exists()
    assert "Withdrawn before anybody signed it." in text_of(keeper.get(f"/erasures?open={request}"))
    for again in ({"sign": request}, {"withdraw": request}):
        assert dpo.post("/erasures", again).status_code == 400
    assert keeper.post("/erasures", {"sign": request}).status_code == 400
    sign_person(request=other, by=staff.keeper, ctx=room.ctx)
    assert dpo.post("/erasures", {"withdraw": other}).status_code == 400, "signed: it is being done"
    assert finish_people(room.ctx) == 1
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0 and audit(room.ctx).exit_code == 0
