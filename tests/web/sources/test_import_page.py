"""The import page as an officer uses it: with and without script, with questions, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import sign_in, standing_cast, visitor
from tests.fixtures import make_x
from tests.fixtures.make_exports import zipped

from evenhand.web.people.cast import Member
from evenhand.web.record import outbox
from evenhand.web.record.verify import verify
from evenhand.web.sources import models
from evenhand.web.sources.actions import SCREEN_POSTS
from evenhand.web.sources.bringing import bring_in
from evenhand.web.sources.queries import corpus_here, query
from evenhand.web.sources.starting import start
from evenhand.web.sources.suppression import keep_out
from evenhand.web.sources.waiting import find

pytestmark = pytest.mark.slow


@pytest.fixture
def cast(desk) -> dict[str, Member]:
    return standing_cast(desk)


@pytest.fixture(autouse=True)
def nobody_screens(monkeypatch) -> None:
    """Loading the detector costs seconds, and what it says of the posts is another test's matter."""
    monkeypatch.setitem(outbox._JOBS, SCREEN_POSTS, lambda *_: None)


@pytest.fixture
def officer(cast) -> Client:
    return sign_in(visitor(), cast["officer"])


def archive(tmp_path: Path) -> bytes:
    tweets = [make_x.archive_tweet("101", "said"), make_x.archive_tweet("102", "more"), {"tweet": {"id_str": ""}}]
    return make_x.archive(tmp_path / "a.zip", {"tweets.js": make_x.script("tweets", tweets)}).read_bytes()


def brought(client: Client, data: bytes, name: str = "twitter.zip", **said: str) -> str:
    """Bring a file in as a plain form does, let the worker work, and return the page it led to."""
    answer = client.post("/imports", {"file": SimpleUploadedFile(name, data), **said})
    assert answer.status_code == 302, answer.content
    outbox.run_pending()
    return answer["Location"]


def words(client: Client, page: str) -> str:
    return client.get(page).content.decode()


def test_a_plain_form_brings_an_archive_in_and_tells_its_story(desk, officer, tmp_path) -> None:
    page = brought(officer, archive(tmp_path))
    told = words(officer, page)
    for said in (
        "twitter.zip", "Read as x_archive/1", "New posts: 2.", "At data/tweets.js, record 3.", "An id for the record.",
        "What others wrote to them is hardly in it", "evenhand archive check",
    ):  # fmt: skip
        assert said in told, said
    assert query("SELECT count(*) AS n FROM posts").to_pylist() == [{"n": 2}]
    assert verify(desk.ctx).exit_code != 1
    waiting = find(page.rpartition("/")[2])
    assert waiting is not None
    assert waiting.received == 0
    listed = words(officer, "/imports")
    assert "twitter.zip" in listed
    assert "x_archive/1" in listed


def test_only_looking_keeps_nothing(desk, officer, tmp_path) -> None:
    told = words(officer, brought(officer, archive(tmp_path), dry="on"))
    assert "Only looked at: nothing was kept." in told
    assert "New posts: 2." in told
    assert models.Import.objects.count() == 0
    assert query("SELECT count(*) AS n FROM posts").to_pylist() == [{"n": 0}]
    keep_out({"x:102"}, desk.ctx)
    told = words(officer, brought(officer, archive(tmp_path), dry="on"))
    assert "New posts: 1." in told and "Left out because somebody had them erased: 1." in told


def test_a_file_in_pieces_is_the_same_file_and_can_break_off(desk, officer, tmp_path) -> None:
    data = archive(tmp_path)
    begun = officer.post("/imports/begin", {"name": "twitter.zip", "size": len(data)}).json()
    assert begun["received"] == 0
    assert officer.put(f"{begun['piece']}?at=0", data[:300]).json() == {"received": 300}
    assert officer.put(f"{begun['piece']}?at=900", data[900:]).status_code == 409
    assert officer.post(begun["start"], {}).status_code == 422
    assert "Choose the same file again" in words(officer, begun["page"])
    again = officer.post("/imports/begin", {"name": "twitter.zip", "size": len(data)}).json()
    assert again == begun | {"received": 300}
    assert officer.put(f"{again['piece']}?at=300", data[300:]).json() == {"received": len(data)}
    assert officer.post(again["start"], {}).status_code == 302
    assert "data-running" in words(officer, again["page"])
    outbox.run_pending()
    assert "New posts: 2." in words(officer, again["page"])


def test_an_upload_belongs_to_whoever_began_it(desk, cast, officer, tmp_path) -> None:
    page = brought(officer, archive(tmp_path))
    other = sign_in(visitor(), cast["officer_2"])
    assert other.get(page).status_code == 404
    assert other.put(f"{page}/piece?at=0", b"x").status_code == 404
    assert other.post(f"{page}/start").status_code == 404
    assert "twitter.zip" not in words(other, "/imports")


def test_bulk_data_waits_for_its_basis(desk, officer) -> None:
    page = brought(officer, b"subreddit,created_utc,id,author,text\na,1700000000,x1,ada,said\n", "bulk.csv")
    assert "On which lawful basis may it come in?" in words(officer, page)
    assert models.Import.objects.count() == 0
    assert officer.post(page, {"basis": " "}).status_code == 422
    officer.post(page, {"basis": "Article 6(1)(f), assessed on 1 March"})
    outbox.run_pending()
    assert "New posts: 1." in words(officer, page)
    assert models.Import.objects.get().basis_id


def test_a_table_nobody_knows_is_asked_about_with_its_first_rows(desk, officer) -> None:
    page = brought(officer, b"wrote,said,day\nada,hello there,2026-01-01T10:00:00Z\nben,and you,2026-01-02\n", "t.csv")
    told = words(officer, page)
    assert "Which column is what?" in told
    for cell in ("wrote", "hello there", "2026-01-02"):
        assert cell in told
    assert officer.post(page, {"column_text": ""}).status_code == 422
    officer.post(page, {"column_text": "said", "column_author_handle": "wrote", "column_created_at": "day"})
    outbox.run_pending()
    assert "New posts: 2." in words(officer, page)
    found = query("SELECT author_handle, text_norm FROM posts ORDER BY author_handle").to_pylist()
    assert found == [
        {"author_handle": "ada", "text_norm": "hello there"},
        {"author_handle": "ben", "text_norm": "and you"},
    ]
    again = brought(officer, b"wrote,said,day\ncat,third,2026-01-03\n", "t2.csv")
    assert "New posts: 1." in words(officer, again)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!doctype html><html><body>posts</body></html>", "HTML"),
        (b"PK\x03\x04 broken", "damaged"),
        (b"\x00\x01\x02\x03", "No reader knows"),
    ],
)
def test_a_file_that_cannot_be_used_says_what_to_do(desk, officer, data: bytes, said: str) -> None:
    told = words(officer, brought(officer, data, "x.bin"))
    assert "Nothing of it was taken" in told
    assert said in told
    assert "Ask for the export once more, in JSON" in told


def test_a_corpus_that_is_busy_is_tried_again_without_sending_the_file_again(desk, officer, tmp_path) -> None:
    with corpus_here().writing():
        page = brought(officer, archive(tmp_path))
    assert "Nothing of it was taken" in words(officer, page)
    officer.post(f"{page}/start", {})
    outbox.run_pending()
    assert "New posts: 2." in words(officer, page)


def test_an_empty_form_and_an_empty_file_are_refused_in_words(desk, officer) -> None:
    assert "Choose the file." in officer.post("/imports", {}).content.decode()
    empty = officer.post("/imports", {"file": SimpleUploadedFile("a.zip", b"")})
    assert empty.status_code == 422
    assert "This file is empty" in empty.content.decode()


def test_the_story_is_told_in_german(desk, officer, tmp_path) -> None:
    page = brought(officer, archive(tmp_path))
    told = officer.get(page, headers={"accept-language": "de"}).content.decode()
    assert "Neue Beiträge: 2." in told
    assert "Was andere ihm schrieben, steht kaum darin" in told
    assert "Eine Datei einbringen" in officer.get("/imports", headers={"accept-language": "de"}).content.decode()


def test_in_german_no_word_of_a_sign_a_place_or_a_missing_piece_is_left_in_english(desk, officer, tmp_path) -> None:
    files = [{"fileName": f"data/tweets{part}.js", "globalName": "x", "count": "1"} for part in ("", "-part1")]
    manifest = {"archiveInfo": {"isPartialArchive": True}, "dataTypes": {"tweets": {"files": files}}}
    tweets = make_x.script("tweets", [make_x.archive_tweet("101", "said"), {"tweet": {"id_str": ""}}])
    path = make_x.archive(tmp_path / "a.zip", {"tweets.js": tweets}, manifest=manifest)
    page = brought(officer, path.read_bytes())
    told = officer.get(page, headers={"accept-language": "de"}).content.decode()
    for said in (
        "Das Archiv eines Kontos bei X (Twitter).",
        "erkannt an: das Inhaltsverzeichnis manifest.js eines Archivs von X.",
        "Bei data/tweets.js, Datensatz 2.", "Was in dieser Datei fehlt", "nur ein Teil des Ganzen",
        "data/tweets-part1.js ist nicht in dieser Datei", "data/tweets.js nennt 1 Datensätze, gefunden wurden 2",
        "Suchen Sie die übrigen Dateien desselben Downloads",
    ):  # fmt: skip
        assert said in told, said
    page = brought(officer, zipped({"holiday/a.txt": b"sun"}), "photos.zip")
    told = officer.get(page, headers={"accept-language": "de"}).content.decode()
    assert "sie enthält: holiday/a.txt. Evenhand liest Exporte von X (Twitter), Bluesky" in told
    assert "x_archive" not in told and "x_archive" not in words(officer, page)


def test_pieces_need_the_token(desk, officer) -> None:
    strict = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    strict.cookies = officer.cookies
    assert strict.get("/imports").status_code == 200
    assert strict.post("/imports/begin", {"name": "a", "size": 3}).status_code == 403
    assert strict.put(f"/imports/{'f' * 32}/piece?at=0", b"abc").status_code == 403


def test_a_file_that_takes_the_process_down_is_tried_once_more_and_then_said(
    desk, officer, tmp_path, monkeypatch
) -> None:
    upload = SimpleUploadedFile("twitter.zip", archive(tmp_path))
    page = officer.post("/imports", {"file": upload})["Location"]
    waiting = find(page.rpartition("/")[2])
    assert waiting is not None
    waiting.write("answers", waiting.read("answers") | {"tries": 1}, ctx=desk.ctx)  # it ended without a word
    with monkeypatch.context() as patch:
        patch.setattr("evenhand.web.sources.bringing._run", lambda *_: {"step": "running"})
        bring_in({"upload": waiting.id}, desk.ctx)  # the second time too
    bring_in({"upload": waiting.id}, desk.ctx)
    assert waiting.read("state")["step"] == "failed"
    start(waiting, {}, ctx=desk.ctx)  # somebody tries again: it is read after all
    outbox.run_pending()
    assert "New posts: 2." in words(officer, page)


def test_a_refusal_is_told_in_the_language_of_the_page_with_what_helps(officer) -> None:
    page = brought(officer, b"<!doctype html><p>posts</p>", "export.html")
    told = officer.get(page, headers={"accept-language": "de"}).content.decode()
    assert "<p>Dies ist eine HTML-Seite, keine Datendatei. Bitte exportieren Sie JSON.</p>" in told
    assert "<p>This is an HTML page, not data. Please export JSON.</p>" in words(officer, page)
