"""The language switch in the foot: a plain form, no script, no cookie before it is used, and the way back."""

from __future__ import annotations

import pytest
from django.conf import settings
from tests.cast import visitor

pytestmark = pytest.mark.slow


def test_one_press_changes_the_words_and_leads_back(desk_db: object) -> None:
    client = visitor()
    before = client.get("/report?x=1")
    html = before.content.decode()
    assert 'lang="en"' in html and 'value="de" lang="de">Deutsch</button>' in html
    assert 'name="next" value="/report?x=1"' in html
    changed = client.post("/language", {"language": "de", "next": "/report?x=1"})
    assert changed.status_code == 302 and changed["Location"] == "/report?x=1"
    assert changed.cookies[settings.LANGUAGE_COOKIE_NAME].value == "de"
    after = client.get("/report").content.decode()
    assert '<html lang="de"' in after and "Wer darf das nicht sehen?" not in after and "Meldung" in after
    assert 'value="en" lang="en">English</button>' in after


def test_it_leads_nowhere_else(desk_db: object) -> None:
    for outside in ("https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"):
        answer = visitor().post("/language", {"language": "de", "next": outside})
        assert answer["Location"] == "/", outside
    assert settings.LANGUAGE_COOKIE_NAME not in visitor().post("/language", {"language": "xx"}).cookies


def test_a_posted_page_has_no_switch_because_its_words_would_be_lost(desk_db: object) -> None:
    page = visitor().post("/report", {"begin": "report"}).content.decode()
    assert 'name="draft"' in page and 'action="/language"' not in page
