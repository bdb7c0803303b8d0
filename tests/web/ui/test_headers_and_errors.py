"""Every response carries its safety headers; every error is a page with a way out and no trace."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from tests.cast import visitor

from evenhand.errors import DoesNotHold, UsageError
from evenhand.web.ui.middleware import HEADERS

pytestmark = pytest.mark.slow


def breaks(_request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret in a traceback")


def refuses(_request: HttpRequest) -> HttpResponse:
    raise UsageError("The date is not a date.", mend="Write it as 2026-03-02.")


def contradicts(_request: HttpRequest) -> HttpResponse:
    raise DoesNotHold("The record was changed.")


urlpatterns = [path("breaks", breaks), path("refuses", refuses), path("contradicts", contradicts)]


@pytest.mark.parametrize(
    "address", ["/", "/ledger", "/healthz", "/no/such/page", "/static/ui/evenhand.css", "/account/login/"]
)
def test_every_response_carries_the_safety_headers(desk_db, address):
    answer = visitor().get(address)
    for name, value in HEADERS.items():
        assert answer[name] == value
    assert answer["X-Content-Type-Options"] == "nosniff" or address.startswith("/static")
    assert "Server" not in answer
    answer.close()


def test_the_policy_allows_nothing_inline_and_nothing_from_elsewhere():
    policy = HEADERS["Content-Security-Policy"]
    for never in ("unsafe", "data:", "http:", "https:", "*"):
        assert never not in policy
    for needed in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert needed in policy


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500"])
def test_an_error_page_says_what_to_do_and_leads_out(name):
    page = render_to_string(f"{name}.html", {}, RequestFactory().get("/"))
    assert 'href="/"' in page and page.count("<h1>") == 1 and f"{name[:3]}" not in page.split("<main")[1]


@pytest.mark.parametrize("name", ["400", "500"])
def test_the_pages_of_last_resort_need_no_request(name):
    assert "<h1>" in render_to_string(f"{name}.html")


def test_a_wrong_host_is_a_page_and_not_a_trace(desk_db):
    answer = Client(SERVER_NAME="evil.example").get("/")
    assert answer.status_code == 400
    assert "We could not read that request" in answer.content.decode()
    assert "evil.example" not in answer.content.decode()


@override_settings(ROOT_URLCONF=__name__)
def test_a_fault_of_ours_shows_no_trace(desk_db):
    client = visitor()
    client.raise_request_exception = False
    answer = client.get("/breaks")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "secret" not in answer.content.decode()


@override_settings(ROOT_URLCONF="evenhand.web.urls")
def test_a_refusal_is_a_page_that_says_how_to_mend_it(desk_db, monkeypatch):
    monkeypatch.setattr("evenhand.web.publish.views.ledger_page", lambda *_: refuses(HttpRequest()))
    answer = visitor().get("/ledger")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "The date is not a date." in page and "Write it as 2026-03-02." in page
    monkeypatch.setattr("evenhand.web.publish.views.ledger_page", lambda *_: contradicts(HttpRequest()))
    assert visitor().get("/ledger").status_code == 409


def test_a_form_without_its_token_changes_nothing_and_says_so(desk_db):
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    answer = strict.post("/account/login/", {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert "Please send that once more" in answer.content.decode()


def test_static_files_come_straight_from_the_package(desk_db):
    answer = visitor().get("/static/ui/evenhand.css")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:10] == b"/* sources"
    answer.close()
