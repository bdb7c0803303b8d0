"""Released pictures: shown without hidden data, read off, compared inside the case; parts covered in a copy."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin
from tests.cast import text_of
from tests.databases import Desk
from tests.evidence.test_evi_pictures import packed, scene
from tests.web.cases.story_room import Story

from evenhand.bundle import check_bundle
from evenhand.errors import UsageError
from evenhand.evidence.uploads import Kind
from evenhand.ledger.checking import Verdict
from evenhand.web.cases.bundle import export_bundle
from evenhand.web.cases.models import Upload
from evenhand.web.cases.steps.covering import MARK, covered_of, preview, spans_of
from evenhand.web.cases.steps.pictures import FINGERPRINT
from evenhand.web.record.ids import ActorId
from evenhand.web.record.reads import close_read_windows
from evenhand.web.record.verify import verify
from evenhand.web.vault.models import VaultObject

pytestmark = pytest.mark.slow
NOT_AREAS = [
    ("", "at least one area"), ("1 2 3", "four whole numbers"), ("a b c d", "four whole numbers"),
    ("0 0 641 10", "outside the picture"), ("0 0 0 10", "outside the picture"),
    ("\n".join(["1 1 2 2"] * 13), "at most 12 lines"),
]  # fmt: skip
CANARY = "Quillfeather 0171"


@pytest.fixture
def taken(story: Story) -> Story:
    story.press(story.people["officer_1"], "acknowledge", pseudonym="Ash")
    return story


def officer(story: Story) -> ActorId:
    return ActorId(str(story.people["officer_1"]))


def marked_picture() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", CANARY)
    out = io.BytesIO()
    scene(1).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def released(story: Story, data: bytes, name: str = "x.png") -> str:
    client, there = story.client(officer(story)), f"/cases/{story.case.id}/files"
    story.clock.move(minutes=1)  # files are numbered in the order they came
    known = set(Upload.objects.values_list("id", flat=True))
    said = {"file": SimpleUploadedFile(name, data), "whose": "office", "address": ""}
    assert client.post(there, said).status_code == 302
    [new] = set(Upload.objects.values_list("id", flat=True)) - known
    assert VaultObject.objects.filter(source=new, method=FINGERPRINT).count() == 0, (
        "nothing before a person released it"
    )
    assert client.post(there, {"file": new, "answer": "clear"}).status_code == 302
    return new


def page_of(story: Story, file: str, slug: str = "evidence", **more: str) -> str:
    answer = story.client(officer(story)).get(f"/cases/{story.case.id}/{slug}", {"file": file} | more)
    assert answer.status_code == 200
    return answer.content.decode()


def send(story: Story, file: str, slug: str = "evidence", **said: str):  # type: ignore[no-untyped-def]
    return story.client(officer(story)).post(f"/cases/{story.case.id}/{slug}?file={file}", said)


def test_a_picture_is_shown_when_asked_for_without_its_hidden_data_and_nothing_in_it_runs(taken: Story) -> None:
    file = released(taken, marked_picture())
    assert "<img" not in page_of(taken, file)
    [source] = re.findall(r'<img src="([^"]+)" alt="Working copy of file 1', page_of(taken, file, look="1"))
    shown = taken.client(officer(taken)).get(source.replace("&amp;", "&"))
    assert shown["Content-Type"] == "image/png" and shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"] and "no-store" in shown["Cache-Control"]
    assert CANARY.encode() not in shown.content and Image.open(io.BytesIO(shown.content)).size == (640, 480)
    note = released(taken, b"A note.", "note.txt")
    files = f"/cases/{taken.case.id}/files"
    assert taken.client(officer(taken)).get(f"{files}?open={note}&look=1").status_code == 404, "pictures alone"


def test_near_pictures_are_hints_with_their_limits_inside_the_case(taken: Story, room: Desk) -> None:
    first = released(taken, packed(scene(1)))
    released(taken, packed(scene(1), "JPEG", quality=40), "again.jpg")
    released(taken, packed(scene(7)), "other.png")
    released(taken, packed(Image.new("RGB", (300, 200), "white")), "white.png")
    page = " ".join(re.sub(r"<[^>]+>", " ", page_of(taken, first)).split())
    assert re.search(r"File 2 : similar \( ?distance: \d / 256", page), page
    assert "File 3 : not similar" in page and "File 4 : too little in it to say" in page, page
    assert "Near is not the same" in page and "Far is not unrelated" in page
    made = VaultObject.objects.filter(method=FINGERPRINT).count()
    page_of(taken, first)
    assert VaultObject.objects.filter(method=FINGERPRINT).count() == made == 4, "made once"
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_a_transcript_is_somebody_s_or_a_machine_s_reading_and_called_so(
    taken: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:  # FMT-C13
    file = released(taken, marked_picture())
    no = send(taken, file, do="transcript", text=" ")
    assert no.status_code == 422 and "Type off what you read" in text_of(no)
    assert send(taken, file, do="transcript", text="You muppet … said on Tuesday").status_code == 302
    page = page_of(taken, file)
    assert "Unverified transcript" in page and "typed off by you" in page and "You muppet …" in page
    row = VaultObject.objects.get(method="unverified transcript")
    assert (row.deterministic, row.tool) == (False, "typed by a person")
    assert "No program that reads pictures is installed" in page or "Let this machine read it" in page
    assert send(taken, file, do="nothing").status_code == 404

    table = "level\n" + "\t".join(["5", "1", "1", "1", "1", "1", "0", "0", "9", "9", "71", "muppet"])
    program = tmp_path / "tesseract"
    says = f"if [ \"$1\" = --version ]; then echo 'tesseract 9.9'; else printf '{table}\\n'; fi"
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", "/nowhere")
    no = send(taken, file, do="read")
    assert no.status_code == 422 and "no program that reads pictures is installed" in text_of(no)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert "Let this machine read it" in page_of(taken, file)
    assert send(taken, file, do="read").status_code == 302
    page = page_of(taken, file)
    assert "machine-read by tesseract 9.9, how sure it says it is: 71 / 100; started by you" in page
    assert "muppet" in page

    assert send(taken, file, do="answers").status_code == 422
    assert send(taken, file, do="answers", when="On Monday at nine", device="My own telephone").status_code == 302
    page = page_of(taken, file)
    assert 'value="On Monday at nine"' in page and 'value="My own telephone"' in page
    note = released(taken, b"A note.", "note.txt")
    assert "What whoever took it says" not in page_of(taken, note)


def test_areas_are_looked_at_first_then_kept_and_the_copy_holds_nothing_of_them(taken: Story, room: Desk) -> None:
    file = released(taken, marked_picture())
    assert "640 × 480" in page_of(taken, file, "cover")
    tried = send(taken, file, "cover", areas="0 0 320 240\n400, 10, 50, 50", do="try")
    assert tried.status_code == 200 and not covered_of(Upload.objects.get())
    [source] = re.findall(r'<img src="([^"]+)" alt="The picture with the areas below covered"', tried.content.decode())
    shown = Image.open(io.BytesIO(taken.client(officer(taken)).get(source.replace("&amp;", "&")).content))
    assert shown.crop((0, 0, 320, 240)).getcolors() == [(320 * 240, (0, 0, 0))]
    for areas, words in NOT_AREAS:
        no = send(taken, file, "cover", areas=areas, keep="1")
        assert no.status_code == 422 and words in text_of(no), areas
    assert not covered_of(Upload.objects.get()), "nothing is kept of what cannot be"
    kept = send(taken, file, "cover", areas="0 0 320 240\n400, 10, 50, 50", keep="1")
    assert kept.status_code == 302
    [copy] = covered_of(Upload.objects.get())
    data = taken.client(officer(taken)).get(f"/cases/{taken.case.id}/cover?file={file}&copy={copy.id}")
    assert data["Content-Disposition"] == 'attachment; filename="covered.png"'
    made = Image.open(io.BytesIO(data.content))
    assert made.crop((400, 10, 450, 60)).getcolors() == [(2500, (0, 0, 0))] and CANARY.encode() not in data.content
    assert "a copy in which parts are covered" in page_of(taken, file)
    close_read_windows(room.ctx)
    assert verify(room.ctx).exit_code == 0


def test_words_are_covered_wherever_they_stand_and_stand_nowhere_any_more(taken: Story) -> None:
    file = released(taken, f"Seen by {CANARY} and by quillfeather  0171, then others.".encode(), "note.txt")
    no = send(taken, file, "cover", words="Somebody else", keep="1")
    assert no.status_code == 422 and "do not stand in the file" in text_of(no)
    assert send(taken, file, "cover", words=CANARY, keep="1").status_code == 302
    [copy] = covered_of(Upload.objects.get())
    data = taken.client(officer(taken)).get(f"/cases/{taken.case.id}/cover?file={file}&copy={copy.id}").content
    assert data.decode() == f"Seen by {MARK} and by {MARK}, then others."
    row = VaultObject.objects.get(pk=copy.id)
    assert "uillfeather" not in row.parameters
    head = b"From: a@post.example\r\nTo: b@post.example\r\nContent-Type: text/plain\r\n"
    mail = head + b"Content-Transfer-Encoding: base64\r\n\r\nUXVpbGw=\r\n"
    packed_mail = released(taken, mail, "x.eml")
    assert "packed form, in which words cannot be covered" in page_of(taken, packed_mail, "cover")
    assert send(taken, packed_mail, "cover", words="Quill", keep="1").status_code == 200
    assert not covered_of(Upload.objects.get(pk=packed_mail))


def test_words_that_overlap_are_one_span() -> None:
    assert spans_of("abc abcd", ["abc", "cd", "abcd"]) == [(0, 3), (4, 8)]
    with pytest.raises(UsageError):
        spans_of("abc", ["  "])


def test_nothing_is_covered_or_shown_of_a_file_nobody_released(taken: Story) -> None:
    client = taken.client(officer(taken))
    said = {"file": SimpleUploadedFile("x.png", marked_picture()), "whose": "office", "address": ""}
    assert client.post(f"/cases/{taken.case.id}/files", said).status_code == 302
    upload = Upload.objects.get()
    for address in (f"cover?file={upload.id}", f"cover?file={upload.id}&shown=1"):
        assert client.get(f"/cases/{taken.case.id}/{address}").status_code in {400, 404}
    assert send(taken, upload.id, do="transcript", text="x").status_code == 400
    with pytest.raises(UsageError, match="not released"):
        preview(upload=upload, areas=[], actor=officer(taken), ctx=taken.ctx)
    assert not VaultObject.objects.exclude(source=None).exists()


def test_a_bundle_hands_out_the_covered_copy_in_place_of_the_whole_and_verifies(
    taken: Story, room: Desk, tmp_path: Path
) -> None:
    file = released(taken, f"Seen by {CANARY}, then others.".encode(), "note.txt")
    client = taken.client(officer(taken))
    assert client.get(f"/cases/{taken.case.id}/files?open={file}").status_code == 200, "a working copy is there as well"
    assert send(taken, file, "cover", words=CANARY, keep="1").status_code == 302
    done = export_bundle(case=taken.case, to=tmp_path / "b.zip", zipped=True, actor=officer(taken), ctx=room.ctx)
    zipped = zipfile.ZipFile(done.path)
    everything = {name: zipped.read(name) for name in zipped.namelist()}
    assert not [name for name, data in everything.items() if CANARY.encode() in data]
    [items] = [data for name, data in everything.items() if name.endswith("items.jsonl")]
    said = [json.loads(line) for line in items.splitlines()]
    assert "copy in which parts are covered" in json.dumps(said)
    assert any(MARK.encode() in data for name, data in everything.items() if "objects/" in name)
    zipped.extractall(tmp_path / "out")
    [bag] = (tmp_path / "out").iterdir()
    assert check_bundle(bag, now=int(room.ctx.now().timestamp())).verdict is Verdict.VERIFIED
    assert Kind.TEXT.value == covered_of(Upload.objects.get())[0].kind


def test_a_letter_is_found_however_its_marks_are_written() -> None:
    for text, word in (("Caf\u00e9 Zo\u0065\u0308", "zo\u00eb"), ("Caf\u0065\u0301 Zo\u00eb", "caf\u00e9")):
        (span,) = spans_of(text, [word])
        assert unicodedata.normalize("NFC", text[slice(*span)]).lower() == unicodedata.normalize("NFC", word)
    assert spans_of("e\u0301e", ["e"]) == [(2, 3)], "an e alone is no e with an accent"
    assert spans_of("xe\u0323\u0301y", ["\u1eb9\u0301"]) == [(1, 4)], "and a letter goes with all its marks"
    assert spans_of("\u1112\u1161\u11ab!", ["\ud55c"]) == [(0, 3)]
