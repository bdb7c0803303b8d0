"""The public page says what is switched on; a webhook takes what was signed a moment ago."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.cast import visitor
from tests.clock import on_one_clock
from tests.databases import Desk
from tests.live.live_room import to_ana, to_nobody
from tests.web.desk.desk_room import Room, furnished, one_clock

from evenhand.live.webhook import HEADER, Webhook
from evenhand.web.live import actions, queries
from evenhand.web.live.queries import state_of
from evenhand.web.sources.queries import corpus_here, query

SECRET = "s" * 40
HOOK = Webhook(SECRET.encode())


@pytest.fixture
def room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setattr(queries, "_remembered", queries._Remembered())
    room = furnished(desk)
    on_one_clock(desk, monkeypatch)
    one_clock(room, monkeypatch)
    secret = desk.home.root / "crm.secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    (desk.home.root / "live.toml").write_text('[crm]\nadapter = "webhook"\nsecret_file = "crm.secret"\n')
    return room


def post(room: Room, body: bytes, *, to: str = "crm", hook: Webhook = HOOK, ago: int = 0) -> int:
    signature = hook.sign(body, int(room.ctx.now().timestamp()) - ago)
    # A browser would refuse without a token; a program with a signature needs none.
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    return client.post(f"/hooks/{to}", body, content_type="application/json", headers={HEADER: signature}).status_code


def test_signed_records_come_in_and_only_those_aimed_at_somebody(room: Room) -> None:
    body = to_ana("1").data + b"\n" + to_nobody("2").data
    assert post(room, body) == 204
    assert query("SELECT record_key FROM posts")["record_key"].to_pylist() == ["x:1"]
    state = state_of(room.desk.home, "crm")
    assert (state.kept, state.not_aimed) == (1, 1)
    assert post(room, body) == 204  # delivered twice
    assert query("SELECT count(*) AS n FROM observations")["n"].to_pylist() == [1]


def test_who_may_not_hand_in_learns_nothing(room: Room) -> None:
    body = to_ana("1").data
    assert post(room, body, hook=Webhook(b"x" * 40)) == 403
    assert post(room, body, ago=600) == 403
    assert post(room, body, to="other") == 403
    assert post(room, b'{"colour": "green"}') == 422
    assert post(room, b" " * (2 << 20)) == 413
    assert visitor().get("/hooks/crm").status_code == 405
    assert query("SELECT * FROM observations").num_rows == 0


def test_while_an_import_runs_the_sender_comes_again(room: Room) -> None:
    with corpus_here().writing():
        assert post(room, to_ana("1").data) == 503
    assert post(room, to_ana("1").data) == 204


def test_the_public_page_names_what_is_on(room: Room) -> None:
    assert "Nothing is switched on" in visitor().get("/sources").content.decode()
    actions.poll_due(room.ctx)
    page = visitor().get("/sources").content.decode()
    assert "hands records in, signed" in page and "Nothing is switched on" not in page
    assert "eingereicht" in visitor().get("/sources", headers={"Accept-Language": "de"}).content.decode()
