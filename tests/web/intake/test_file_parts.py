"""Files in parts: each sealed as it comes, gone on with where it stopped, one verb at the end, nothing left lying."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from tests.cast import text_of, visitor
from tests.clock import MovingClock
from tests.databases import Desk
from tests.web.cases.story_room import Story, follower
from tests.web.cases.test_contact_step import png

from evenhand.web.cases import incoming
from evenhand.web.cases.incoming import PART, coming_of, sweep_parts
from evenhand.web.cases.models import Party, Upload
from evenhand.web.cases.steps import sending

pytestmark = pytest.mark.slow
THERE = "/follow/file/part"
MARKER = b"Canary Quillfeather 51.5N "


@pytest.fixture
def client(story: Story, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(incoming, "PART", 1000)
    monkeypatch.setattr("evenhand.web.cases.steps.sending.PART", 1000)
    return follower()


def lying(room: Desk) -> list[Path]:
    return sorted(each for each in (Path(room.home.root) / "incoming").glob("*/*/*") if each.is_file())


def begun(client: Client, size: int, name: str = "note.txt") -> dict[str, Any]:
    return client.post(THERE, {"begin": 1, "name": name, "size": size}).json()


def part(client: Client, ticket: str, at: int, data: bytes) -> Any:
    return client.post(THERE, {"ticket": ticket, "at": at, "part": SimpleUploadedFile("part", data)})


def text(size: int) -> bytes:
    return (MARKER * (size // len(MARKER) + 1))[:size]


def test_a_file_comes_in_parts_and_is_kept_like_every_other(client: Client, story: Story, room: Desk) -> None:
    data = text(2500)
    said = begun(client, len(data))
    assert (said["arrived"], said["part"]) == (0, 1000)
    for at in (0, 1000, 2000):
        assert part(client, said["ticket"], at, data[at : at + 1000]).json()["arrived"] == min(at + 1000, 2500)
    assert all(MARKER not in each.read_bytes() for each in lying(room)), "no plain byte on the disk"
    done = client.post(THERE, {"ticket": said["ticket"], "end": 1})
    assert done.json() == {"go": "/follow"}
    upload = Upload.objects.get()
    assert (upload.kind, upload.size, upload.state) == ("text", 2500, "quarantined")
    assert lying(room) == []
    page = client.get("/follow").content.decode()
    assert "note.txt" in page and "The file was received." in page


def test_it_goes_on_where_it_stopped_and_a_part_twice_is_one(client: Client, story: Story) -> None:
    data = text(2500)
    ticket = begun(client, len(data))["ticket"]
    part(client, ticket, 0, data[:1000])
    assert client.post(THERE, {"ticket": ticket, "ask": 1}).json() == {"arrived": 1000}
    assert part(client, ticket, 0, data[:1000]).json() == {"arrived": 1000}
    too_far = part(client, ticket, 2000, data[2000:])
    assert (too_far.status_code, too_far.json()["arrived"]) == (409, 1000)
    short = part(client, ticket, 1000, data[1000:1500])
    assert (short.status_code, short.json()["arrived"]) == (409, 1000)
    early = client.post(THERE, {"ticket": ticket, "end": 1})
    assert early.status_code == 422 and "missing" in early.json()["said"]
    for at in (1000, 2000):
        part(client, ticket, at, data[at : at + 1000])
    assert client.post(THERE, {"ticket": ticket, "end": 1}).status_code == 200


def test_a_ticket_is_for_its_own_side_alone(client: Client, story: Story) -> None:
    ticket = begun(client, 2500)["ticket"]
    mine = Party.objects.get(case=story.case).id
    assert coming_of(ticket, owner=mine) is not None
    assert coming_of(ticket, owner="0" * 32) is None
    assert coming_of(ticket[:-4] + "AAAA", owner=mine) is None
    assert part(client, "nonsense", 0, b"x").status_code == 410
    assert visitor().post(THERE, {"begin": 1, "name": "x", "size": 1}).url == "/follow", "only behind the code"
    assert follower().get(THERE).status_code == 405


def test_what_we_do_not_take_is_said_and_nothing_stays(client: Client, room: Desk) -> None:
    data = b"GIF89a" + bytes(500)
    ticket = begun(client, len(data), "x.gif")["ticket"]
    part(client, ticket, 0, data)
    no = client.post(THERE, {"ticket": ticket, "end": 1})
    assert no.status_code == 422 and "screenshot" in no.json()["said"]
    assert lying(room) == [] and not Upload.objects.exists()


@pytest.mark.parametrize(
    ("size", "words"), [("0", "empty"), ("10737418240", "too large"), ("-1", "Choose it"), ("x", "Choose it")]
)
def test_sizes_that_cannot_be_are_refused_before_a_byte_comes(
    client: Client, room: Desk, size: str, words: str
) -> None:
    no = client.post(THERE, {"begin": 1, "name": "holes", "size": size})
    assert no.status_code == 422 and words in no.json()["said"]
    assert not (Path(room.home.root) / "incoming").exists()


def test_only_a_few_at_once_and_what_nobody_finishes_is_swept(
    client: Client, story: Story, room: Desk, clock: MovingClock
) -> None:
    for _ in range(3):
        ticket = begun(client, 2500)["ticket"]
    part(client, ticket, 0, text(1000))
    assert "on their way" in begun(client, 2500)["said"]
    assert sweep_parts(story.ctx) == 0
    old = story.ctx.now().timestamp() - 25 * 3600
    for each in (Path(room.home.root) / "incoming").glob("*/*"):
        os.utime(each, (old, old))
    assert sweep_parts(story.ctx) == 3
    assert list((Path(room.home.root) / "incoming").iterdir()) == []
    assert part(client, ticket, 1000, text(1000)).status_code == 410


def test_a_changed_part_is_noticed(client: Client, room: Desk) -> None:
    ticket = begun(client, 500)["ticket"]
    part(client, ticket, 0, text(500))
    [file] = lying(room)
    data = bytearray(file.read_bytes())
    data[40] ^= 1
    file.write_bytes(data)
    no = client.post(THERE, {"ticket": ticket, "end": 1})
    assert no.status_code == 422 and "did not arrive as it was sent" in no.json()["said"]


def test_a_flood_of_parts_is_put_off_in_words(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evenhand.web.intake.sending.admits", lambda door, now: False)
    assert client.post(THERE, {"begin": 1, "name": "x", "size": 1}).status_code == 503


def test_parts_are_a_mebibyte_in_earnest() -> None:
    assert PART == 1 << 20


def test_the_end_asked_for_twice_takes_one_file_in_and_says_so_twice(client: Client) -> None:
    data = text(500)
    ticket = begun(client, len(data))["ticket"]
    part(client, ticket, 0, data)
    answers = [client.post(THERE, {"ticket": ticket, "end": 1}) for _ in range(3)]
    assert [(each.status_code, each.json()) for each in answers] == [(200, {"go": "/follow"})] * 3
    assert Upload.objects.count() == 1
    assert part(client, ticket, 0, data).status_code == 410, "it is over"


def test_the_end_asked_for_at_once_takes_one_file_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    data = text(500)
    ticket = begun(client, len(data))["ticket"]
    part(client, ticket, 0, data)
    true, answers, others = sending.hand_in, [], []

    def end(client: Client) -> None:
        answers.append(client.post(THERE, {"ticket": ticket, "end": 1}).status_code)
        connection.close()

    def beside(**said: Any) -> str:
        monkeypatch.setattr(sending, "hand_in", true)
        others.append(threading.Thread(target=end, args=(follower(),)))
        others[0].start()
        others[0].join(0.5)
        assert others[0].is_alive(), "it waits for the first"
        return true(**said)

    monkeypatch.setattr(sending, "hand_in", beside)
    answers.append(client.post(THERE, {"ticket": ticket, "end": 1}).status_code)
    others[0].join(30)
    assert answers == [200, 200] and Upload.objects.count() == 1


def test_an_end_that_was_cut_short_loses_nothing_and_takes_nothing_in_twice(
    client: Client, room: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = text(500)
    for cut in ("hand_in", "forget"):  # before the file is taken in; after, its parts still here
        ticket = begun(client, len(data))["ticket"]
        part(client, ticket, 0, data)
        with monkeypatch.context() as patch:
            patch.setattr(sending, cut, lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                client.post(THERE, {"ticket": ticket, "end": 1})
        assert lying(room) != []
        assert client.post(THERE, {"ticket": ticket, "end": 1}).json() == {"go": "/follow"}
        assert lying(room) == []
    assert Upload.objects.count() == 2


def test_only_of_a_picture_it_is_said_that_people_see_a_copy(client: Client) -> None:
    shown = []
    for name, data in (("note.txt", text(500)), ("lamp.png", png())):
        ticket = begun(client, len(data), name)["ticket"]
        part(client, ticket, 0, data)
        client.post(THERE, {"ticket": ticket, "end": 1})
        shown.append(text_of(client.get("/follow")))
    assert ["It lies sealed as it came." in each for each in shown] == [True, True]
    assert ["with which camera or where" in each for each in shown] == [False, True]
