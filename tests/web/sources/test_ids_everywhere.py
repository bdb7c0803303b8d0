"""FMT-T1 and T28 at every place that shows, stores or hands out a post: ids to the last digit, texts to the last byte.

The corpus' own exports are in tests/posts/test_fmt_01_ids.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.bundle.bundle_room import both
from tests.cast import sign_in, standing_cast, text_of, visitor
from tests.clock import MovingClock, on_one_clock
from tests.databases import Desk
from tests.fixtures.make_x import archive, archive_tweet, script
from tests.web.cases.story_room import begin, from_triage
from tests.web.cases.test_bundle import export as export_case
from tests.web.desk.desk_room import word_list

from evenhand import cli
from evenhand.corpus.aim import Account
from evenhand.corpus.export import Profile, export
from evenhand.posts import read, recognise
from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.steps.files import add_file, clear
from evenhand.web.desk.finding import screen_new_posts
from evenhand.web.desk.models import Lead
from evenhand.web.desk.protection import declare
from evenhand.web.desk.snapshot import Snapshot
from evenhand.web.record import outbox
from evenhand.web.record.ids import SYSTEM, ActorId
from evenhand.web.record.sealed import open_texts
from evenhand.web.record.verify import verify
from evenhand.web.sources.actions import SCREEN_POSTS, import_file
from evenhand.web.sources.queries import corpus_here, query

pytestmark = pytest.mark.slow

# Beyond 2^53 twice, one that reads as a number in a spreadsheet, one that reads as an option.
TEXTS = {
    "9007199254740993": "you idiot \0 \ud800 end",
    "1234567890123456789": "idiot \u202egnp.exe\u202c \u200b\u2028 9007199254740993",
    "00e12345": "=idiot\r\n“é” e\u0301 \U0001f600",
    "-dQx_7aB2cE": "idiot <script>alert(1)</script> &amp;lt; {{ 7 }}",
}
LARGE = "9007199254740993"


def no_id_was_rounded(said: str) -> None:
    """A number that went through a float ends so: …992 and …768 (or …800 where it was printed short)."""
    for rounded in ("9007199254740992", "1234567890123456768", "1234567890123456800", "e+18"):
        assert rounded not in said, rounded


def as_a_script_reads(document: str) -> Any:
    """Return JSON as JavaScript's JSON.parse has it: every number a double; one that this changes is refused."""

    def number(digits: str) -> float:
        assert int(digits) == int(float(digits)), f"a script reads {digits} as {float(digits):.0f}"
        return float(digits)

    return json.loads(document, parse_int=number)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"platform": "x", "id": name, "author_id": f"77{LARGE}", "text": text, "mentions": [{"id": "1001"}],
         "created_at": "2026-03-01T22:15:00Z", "reply_to": LARGE}
        for name, text in TEXTS.items()
    ]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def held() -> dict[str, bytes]:
    rows = query("SELECT native_id, text_raw FROM posts WHERE deletion_state <> 'never_held'").to_pylist()
    return {row["native_id"]: row["text_raw"] for row in rows}


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def test_the_corpus_the_database_and_the_sealed_words_hold_them_whole(
    any_desk: Desk, source: Path, tmp_path: Path
) -> None:
    import_file(recognised=recognise(source), ctx=any_desk.ctx)
    assert held() == {name: bytes_of(text) for name, text in TEXTS.items()}
    keys = {f"x:{name}" for name in TEXTS}
    assert set(query("SELECT record_key FROM posts").to_pydict()["record_key"]) >= keys
    declare(label="Ana", accounts=[Account("x", "1001", "ana")], actor=SYSTEM, ctx=any_desk.ctx)
    screen_new_posts(corpus_here(), any_desk.ctx, screen=word_list, code=None)
    with connection.cursor() as cursor:  # as the database has them, past our own models
        cursor.execute("SELECT record_key FROM desk_lead")
        assert {key for (key,) in cursor.fetchall()} == keys
    sealed = {lead.record_key: lead.snapshot for lead in Lead.objects.all()}
    opened = open_texts(list(sealed.values()), actor=SYSTEM, purpose="test", ctx=any_desk.ctx)
    shown = {key.removeprefix("x:"): Snapshot.opened(opened[text]).text for key, text in sealed.items()}
    normed = query("SELECT native_id, text_norm FROM posts").to_pylist()
    assert shown == {row["native_id"]: row["text_norm"] for row in normed}
    assert shown["-dQx_7aB2cE"] == TEXTS["-dQx_7aB2cE"]
    for ending in ("jsonl", "csv", "parquet"):
        handed = export(corpus_here(), tmp_path / f"out.{ending}", profile=Profile.RECORDS).path
        assert {post.native_id: post.text_raw for post in read(handed)} == held()
    assert verify(any_desk.ctx).exit_code == 0


def test_every_json_of_ours_reads_the_same_in_a_script(desk: Desk, source: Path, tmp_path: Path) -> None:
    import_file(recognised=recognise(source), ctx=desk.ctx)
    for profile in Profile:
        handed = export(corpus_here(), tmp_path / f"{profile}.jsonl", profile=profile).path
        lines = [as_a_script_reads(line) for line in handed.read_text().split("\n")[:-1]]
        assert {line["native_id" if profile is Profile.RECORDS else "id"] for line in lines} == set(TEXTS)
        no_id_was_rounded(handed.read_text())


def test_the_leads_page_shows_the_words_as_they_were_written(
    desk: Desk, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_one_clock(desk, monkeypatch)
    import_file(recognised=recognise(source), ctx=desk.ctx)
    declare(label="Ana", accounts=[Account("x", "1001", "ana")], actor=SYSTEM, ctx=desk.ctx)
    screen_new_posts(corpus_here(), desk.ctx, screen=word_list, code=None)
    officer = sign_in(visitor(), standing_cast(desk)["officer"])
    page = officer.get("/desk/leads").content.decode()
    assert "9007199254740993" in page
    no_id_was_rounded(page)
    assert "\u202egnp.exe\u202c \u200b\u2028" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp;lt; {{ 7 }}" in page


def test_the_import_page_shows_them_before_and_after_its_question(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(outbox._JOBS, SCREEN_POSTS, lambda *_: None)
    officer = sign_in(visitor(), standing_cast(desk)["officer"])
    rows = [{"nr": name, "said": text, "half \ud800": "\udc00"} for name, text in TEXTS.items()]
    data = SimpleUploadedFile("list.json", json.dumps({"answers": rows}).encode())
    page = officer.post("/imports", {"file": data})["Location"]
    outbox.run_pending()
    asked = officer.get(page).content.decode()
    for name in TEXTS:
        assert f">{name}<" in asked, name
    no_id_was_rounded(asked)
    assert officer.post(page, {"column_id": "nr", "column_text": "said"}).status_code == 302
    outbox.run_pending()
    assert "New posts: 4." in officer.get(page).content.decode()
    assert held() == {name: bytes_of(text) for name, text in TEXTS.items()}


def run(capfdbinary: pytest.CaptureFixture[bytes], *arguments: str | Path) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        cli.main([*map(str, arguments)])
    return int(left.value.code or 0), capfdbinary.readouterr().out.decode()


def test_screening_answers_with_the_very_ids_it_was_asked_about(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    names = [*TEXTS, "18446744073709551616"]
    asked = "".join(json.dumps({"id": name, "text": "Thank you, I agree"}) + "\n" for name in names)
    numbers = "".join(f'{{"id": {name}, "text": "Thank you, I agree"}}\n' for name in (LARGE, "18446744073709551617"))
    odd = '{"id": 1234567890123456789.0, "text": "a"}\n{"id": "odd", "text": "half \\ud800 letter"}\n'
    (tmp_path / "a.jsonl").write_text(asked + numbers + odd)
    code, out = run(capfdbinary, "screen", tmp_path / "a.jsonl", "--fast")
    lines = [as_a_script_reads(line) for line in out.splitlines()]
    assert [line["id"] for line in lines] == [*names, LARGE, "18446744073709551617", "odd"]
    assert code == 3, "an id that is a fraction has lost its end: refused, not guessed"
    no_id_was_rounded(out)
    (tmp_path / "a.csv").write_text("id,text\n" + "".join(f"{name},Thank you\n" for name in names))
    _code, out = run(capfdbinary, "screen", tmp_path / "a.csv", "--fast")
    assert [as_a_script_reads(line)["id"] for line in out.splitlines()] == names


def test_ones_own_archive_links_to_the_very_post(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    tweets = [archive_tweet(name, "You are an idiot, go away") for name in list(TEXTS)[:2]]
    path = archive(tmp_path / "a.zip", {"tweets.js": script("tweets", tweets)})
    page = tmp_path / "report.html"
    _code, out = run(capfdbinary, "archive", "check", path, "--html", page, "--json")
    links = {f"https://x.com/i/status/{name}" for name in list(TEXTS)[:2]}
    assert {finding["link"] for finding in as_a_script_reads(out)["findings"]} == links
    for said in (out, page.read_text(), (tmp_path / "report.ticks.txt").read_text()):
        no_id_was_rounded(said)
    assert all(f'href="{link}"' in page.read_text() for link in links)


def test_a_case_its_letters_and_its_bundle_name_the_very_post(room: Desk, clock: MovingClock, tmp_path: Path) -> None:
    link = f"https://x.com/someone/status/{LARGE}"
    words = f"you muppet, {list(TEXTS)[1]} times"
    story = begin(room, clock, items=(SaidItem(f"x:{LARGE}", link, text=words),), explanation=f"He wrote {link}")
    party = Party.objects.select_related("case__submission").get(pk=story.party("complainant").id)
    sent = "".join(json.dumps({"id": name, "text": text}) + "\r\n" for name, text in TEXTS.items()).encode()
    file = add_file(party=party, name="posts.txt", data=sent, ctx=story.ctx)
    officer = story.people["officer_1"]
    story.press(officer, "acknowledge", pseudonym="Ash")
    clear(upload=Upload.objects.get(pk=file), actor=ActorId(officer), ctx=story.ctx, restrict=False)
    assert story.client(officer).get(f"/cases/{story.case.id}/files?open={file}").content == sent
    from_triage(story)
    assessor = story.sits(CaseRole.ASSESSOR)
    story.press(assessor, "blind", shown="breach", reason="Name-calling.")
    page = text_of(story.client(assessor).get(f"/cases/{story.case.id}/items"))
    assert link in page and words in page
    done = export_case(story, tmp_path / "out")
    assert both(done.path).verdict == "verified"
    (copy,) = (done.path / "data/objects").glob("*.txt")
    assert copy.read_bytes() == sent
    custody = (done.path / "data/custody.html").read_text()
    assert link in custody
    for document in (done.path / "data").rglob("*.json"):
        as_a_script_reads(document.read_text())
    for said in (page, custody, *story.open_letters("complainant")):
        no_id_was_rounded(said)
