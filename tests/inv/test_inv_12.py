"""INV-12: a note of contact is never changed nor deleted; an edit is a new note."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, put, refused

from evenhand.procedure.states import State
from evenhand.web.record.verify import verify


def test_a_note_stays_and_a_correction_is_another(court: Desk) -> None:
    case = case_in(State.HEARING)
    note = {"id": fresh(), "case_id": case.id, "recipient": fresh(), "filed_by": fresh(), "category": "press"}
    put("cases_contact", **note, channel="mail", happened_at=NOW, text=fresh(), filed_at=NOW)
    refused("append-only", "UPDATE cases_contact SET category = 'other'")
    refused("append-only", "DELETE FROM cases_contact")
    put("cases_contact", **note | {"id": fresh(), "corrects_id": note["id"]}, channel="mail", happened_at=NOW,
        text=fresh(), filed_at=NOW)  # fmt: skip
    broken = [finding for finding in verify(court.ctx).findings if finding.verdict == "failed"]
    assert any("cases_contact" in finding.place for finding in broken), "a note without a document was not noticed"
