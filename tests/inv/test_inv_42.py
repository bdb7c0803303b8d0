"""INV-42: scores are for leads; whoever weighs a case about a post sees nothing of what a machine said of it."""

from __future__ import annotations

import pytest
from django.apps import apps
from tests.cast import signed_in, text_of
from tests.databases import Desk
from tests.web.cases.cases_room import received, seated
from tests.web.desk.desk_room import POSTED, Room, evening
from tests.web.office.test_office_waves import HOUR

from evenhand.procedure.roles import CaseRole
from evenhand.web.cases.engine import SaidItem
from evenhand.web.cases.models import Case
from evenhand.web.desk.models import Lead
from evenhand.web.office.waves import file_wave

pytestmark = pytest.mark.slow
OF_MACHINES = {"score", "scores", "categories", "frame", "calibration", "model", "prevalence"}


@pytest.fixture
def leads(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Room:
    return evening(desk, monkeypatch)


def case_about(lead: Lead, room: Room) -> Case:
    """Somebody reports the post of a lead by its address."""
    item = SaidItem(lead.record_key, f"https://x.com/i/status/{lead.record_key.partition(':')[2]}")
    return Case.objects.get(pk=received(room.ctx, items=(item,)).cases[0])


def test_whoever_weighs_a_case_sees_no_lead_of_its_post_and_a_colleague_does(leads: Room) -> None:
    lead = Lead.objects.order_by("found_at", "id")[0]
    officer, colleague = signed_in(leads.officer), signed_in(leads.colleague)
    mark = f'id="lead-{lead.id}"'
    case = case_about(lead, leads)
    assert mark in officer.get("/desk/leads").content.decode(), "nobody has opened the case yet"

    seated(case.id, leads.officer, CaseRole.INTAKE, leads.ctx)
    page = officer.get("/desk/leads")
    assert mark not in page.content.decode()
    assert "1 post is not shown to you: it is in a case that you weigh. A colleague looks at it." in text_of(page)
    there = f"/desk/leads/{lead.id}/not-abuse"
    for answer in (officer.get(there), officer.post(there, {"reason": "criticism"})):
        assert "This post is in a case that you weigh" in text_of(answer) and answer.status_code >= 400
    lead.refresh_from_db()
    assert lead.status == "waiting"

    page = colleague.get("/desk/leads").content.decode()
    assert mark in page and "not shown to you" not in page
    assert colleague.post(there, {"reason": "criticism"}).status_code == 302


def test_a_wave_leaves_out_what_the_reader_weighs(leads: Room) -> None:
    wave = file_wave(
        target=leads.ana, begins=POSTED - HOUR, ends=POSTED + HOUR, actor=leads.officer, ctx=leads.ctx
    )  # fmt: skip
    lead = Lead.objects.order_by("found_at", "id")[0]
    seated(case_about(lead, leads).id, leads.officer, CaseRole.INTAKE, leads.ctx)
    from evenhand.web.office.models import Wave
    from evenhand.web.office.presenters.waves import wave_page

    found = Wave.objects.get(pk=wave)
    assert len(wave_page(found, leads.officer, leads.ctx).items) == Lead.objects.count() - 1
    assert len(wave_page(found, leads.colleague, leads.ctx).items) == Lead.objects.count()


def test_no_table_of_a_case_or_a_letter_has_room_for_a_score() -> None:
    """That no module of theirs reaches the detector or the leads is a wall (pyproject.toml, contract 4c)."""
    columns = {
        f"{model._meta.db_table}.{field.name}"
        for label in ("cases", "notices")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.get_fields()
        if field.name in OF_MACHINES
    }
    assert columns == set()
