"""INV-49: an item is assessed once, by the first assessor of a case, and every submission is answered from it."""

from __future__ import annotations

from tests.databases import Desk
from tests.inv.inv_court import NOW, case_in, fresh, holder, insert_allowed, insert_refused, put, refused

from evenhand.procedure.states import State
from evenhand.web.cases.models import ItemAssessment


def test_an_item_is_assessed_once(court: Desk) -> None:
    case = case_in(State.EVIDENCE_ASSESSMENT)
    done = ItemAssessment.objects.get(case=case)
    other = {
        "id": fresh(), "item_id": done.item_id, "case_id": case.id, "assessor": done.assessor, "fitness": "unfit",
        "author_link": "A", "act_type": "post", "provenance": "P1", "grade": "C0", "asked": False, "assessed_at": NOW,
    }  # fmt: skip
    insert_refused("UNIQUE|unique|never deleted", "cases_item_assessment", **other)
    refused("INV-49", "UPDATE cases_item_assessment SET assessor = 'x' WHERE id = %s", done.id)
    put("cases_item", id=other["id"], key=fresh(), item_hash="h", kind="post", locator=fresh(), first_seen_at=NOW,
        found_by_machine=False)  # fmt: skip
    fine = other | {"item_id": other["id"]}
    insert_allowed("cases_item_assessment", **fine)
    insert_refused("INV-49", "cases_item_assessment", **fine | {"assessor": holder(case, "intake")})
    refused("INV-49", "UPDATE cases_item SET item_hash = 'other' WHERE id = %s", done.item_id)
