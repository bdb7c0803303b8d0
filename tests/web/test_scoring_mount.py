"""The scoring service beside the site: its addresses by it, everything else by Django; no session, no form token."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from evenhand.context import Context
from evenhand.perspective import keys
from evenhand.perspective.store import Store
from evenhand.perspective.wsgi import belongs
from evenhand.web.scoring import STORE, mounted, ruleset_of

pytestmark = pytest.mark.slow


def environ(method: str, path: str, query: str = "", body: bytes = b"", **more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
        "HTTP_HOST": "localhost", **more,
    }  # fmt: skip


def answered(application: Any, given: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
    started: list[Any] = []
    pieces = b"".join(application(given, lambda status, headers: started.append((status, headers))))
    status, headers = started[0]
    return int(status.split()[0]), dict(headers), json.loads(pieces) if pieces else None


@pytest.fixture
def scoring(desk_db):
    application = mounted(desk_db, ["localhost"])
    yield desk_db, application
    application.close()


def key_of(home) -> str:
    store = Store(home.root / STORE)
    try:
        return keys.create(store, Context.system(), "tests")[1]
    finally:
        store.close()


def test_the_mount_answers_in_the_shapes_of_the_service(scoring):
    home, application = scoring
    secret = key_of(home)
    body = json.dumps({"comment": {"text": "hello there"}, "attributeScores": {"TOXICITY": {"summaryScore": {}}}})
    path = "/v1alpha1/comments:suggestscore"
    status, headers, found = answered(application, environ("POST", path, f"key={secret}", body.encode()))
    assert status == 200 and found["detectedLanguages"] == ["en"]
    assert "Set-Cookie" not in headers and headers["Evenhand-Feedback"] == "not-stored"
    status, _, found = answered(application, environ("GET", "/$discovery/rest", "version=v1alpha1"))
    assert (status, found["rootUrl"]) == (200, "http://localhost/")


def test_the_mount_holds_the_same_limits(scoring):
    home, application = scoring
    secret = key_of(home)
    path = "/v1alpha1/comments:analyze"
    assert answered(application, environ("POST", path, f"key={secret}", b"x" * (2 << 20)))[0] == 413
    assert answered(application, environ("POST", path))[0] == 403
    assert answered(application, environ("GET", "/$discovery/rest", HTTP_HOST="evil.example"))[0] == 400
    chunked = environ("POST", path, f"key={secret}") | {"wsgi.input": io.BytesIO(b"x" * (2 << 20))}
    assert answered(application, chunked)[0] == 413


def test_nothing_is_opened_until_the_first_request(desk_db):
    application = mounted(desk_db, ["localhost"])
    assert not (desk_db.root / STORE).exists()
    answered(application, environ("GET", "/$discovery/rest"))
    assert (desk_db.root / STORE).exists()
    application.close()


@pytest.mark.parametrize(("path", "ours"), [
    ("/v1alpha1/comments:analyze", True), ("/v1alpha1/evenhand/models", True), ("/$discovery/rest", True),
    ("/$discovery/rest/", True), ("/", False), ("/desk", False), ("/v1alpha1", False), ("/metrics", False),
])  # fmt: skip
def test_which_addresses_are_the_services(path, ours):
    assert belongs(path) is ours


def test_the_door_of_gunicorn_leads_to_both(desk_db):
    from evenhand.web import wsgi

    assert answered(wsgi.application, environ("GET", "/v1alpha1/evenhand/models"))[0] == 403
    started: list[Any] = []
    page = wsgi.application(environ("GET", "/healthz-is-not-here"), lambda *parts: started.append(parts))
    b"".join(page)
    page.close()
    assert started[0][0].startswith("404")


def test_the_code_in_force_is_named(desk_db):
    from datetime import date

    named = ruleset_of(desk_db)
    assert named(date(2026, 3, 2)).startswith("general@") or named(date(2026, 3, 2)) == "none@0"
    (desk_db.root / "code.toml").write_text("not a code")
    assert ruleset_of(desk_db)(date(2026, 3, 2)) == "none@0"
