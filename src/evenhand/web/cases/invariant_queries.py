"""What would break an invariant, as queries that both engines run: each row is a breach, none may come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

QUERIES: Final[Mapping[int, str]] = {
    2: """
SELECT 'cases_seat', s.id FROM cases_seat s WHERE s.role_set <> 'none' AND (
  NOT EXISTS (SELECT 1 FROM cases_person_set p WHERE p.case_id = s.case_id AND p.person = s.person
              AND p.role_set = s.role_set)
  OR EXISTS (SELECT 1 FROM cases_seat t WHERE t.case_id = s.case_id AND t.person = s.person AND t.id <> s.id
             AND t.role_set <> 'none'))""",
    4: """
SELECT 'cases_seat', s.id FROM cases_seat s JOIN cases_seat r ON r.case_id = s.case_id AND r.person = s.person
WHERE r.end_reason = 'recused' AND s.ends IS NULL""",
    5: """
SELECT 'cases_seat', s.id FROM cases_seat s JOIN cases_party p ON p.case_id = s.case_id AND p.account = s.person
WHERE s.role_set <> 'none'""",
    6: """
SELECT 'cases_event', e.id FROM cases_event e WHERE e.transition = 'T04b' AND 2 > (
  SELECT COUNT(DISTINCT s.person) FROM cases_vote v JOIN cases_seat s ON s.id = v.seat_id
  WHERE v.case_id = e.case_id AND v.stage = 'T04b')
UNION ALL SELECT 'cases_lookup', l.id FROM cases_lookup l WHERE l.approver = l.made_by""",
    7: """
SELECT 'cases_case year', c.year FROM cases_case c GROUP BY c.year HAVING MAX(c.place_in_year) <> COUNT(*)""",
    11: """
SELECT 'cases_vote', v.id FROM cases_vote v JOIN cases_seat s ON s.id = v.seat_id
JOIN cases_contact_flag f ON f.case_id = v.case_id AND f.recipient = s.person
WHERE f.contact_id IS NULL AND f.flagged_at < v.at""",
    13: """
SELECT 'cases_case', c.id FROM cases_case c WHERE c.state IN ('decided', 'sanction_active', 'spent')
AND NOT EXISTS (SELECT 1 FROM cases_decision d WHERE d.case_id = c.id)""",
    14: """
SELECT 'cases_event', e.id FROM cases_event e JOIN cases_case c ON c.id = e.case_id
WHERE e.target = 'decided' AND e.transition = 'T14' AND (c.own_motion OR c.restricted_linked
  OR c.protected_characteristic) AND NOT EXISTS (
  SELECT 1 FROM cases_review r WHERE r.case_id = c.id AND r.verdict = 'verified')""",
    19: """
SELECT 'cases_seat', s.id FROM cases_seat s WHERE s.end_reason NOT IN ('recused', 'done')
AND (s.end_approver IS NULL OR s.end_approver = s.person)""",
    20: """
SELECT 'cases_event', e.id FROM cases_event e WHERE e.transition IN ('T04', 'T07') AND NOT EXISTS (
  SELECT 1 FROM cases_blind_record b JOIN cases_open_record o ON o.blind_id = b.id
  WHERE b.case_id = e.case_id AND b.person = e.actor AND b.stage = e.transition AND b.at <= o.at)""",
    23: """
SELECT 'cases_allegation', a.id FROM cases_allegation a JOIN rules_clause r ON r.id = a.clause_id
WHERE r.in_force_from > a.conduct_on OR r.in_force_until < a.conduct_on
UNION ALL SELECT 'cases_event', e.id FROM cases_event e WHERE e.transition IN ('T03a', 'T04b')
AND e.reason_code IS NULL""",
    26: """
SELECT 'cases_case', c.id FROM cases_case c WHERE c.owner IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM cases_seat s WHERE s.case_id = c.id AND s.person = c.owner AND s.role = c.owner_role
  AND s.ends IS NULL)""",
    27: """
SELECT 'cases_event', e.id FROM cases_event e WHERE NOT EXISTS (
  SELECT 1 FROM cases_edge g WHERE g.table_version = e.table_version AND g.source = e.source
  AND g.target = e.target AND g.transition = e.transition)
UNION ALL SELECT 'cases_event', e.id FROM cases_event e JOIN cases_event f
ON f.case_id = e.case_id AND f.place = e.place + 1 WHERE f.source <> e.target
UNION ALL SELECT 'cases_case', c.id FROM cases_case c WHERE c.state <> (
  SELECT e.target FROM cases_event e WHERE e.case_id = c.id ORDER BY e.place DESC LIMIT 1)""",
    29: """
SELECT 'cases_event', e.id FROM cases_event e WHERE e.transition = 'T08' AND e.target = 'charged'
AND NOT EXISTS (SELECT 1 FROM cases_search s WHERE s.case_id = e.case_id)""",
    30: """
SELECT 'cases_finding', f.allegation_id FROM cases_finding f WHERE f.result = 'proved' AND NOT EXISTS (
  SELECT 1 FROM cases_allegation_item i WHERE i.allegation_id = f.allegation_id AND i.relied_on
  AND (i.disclosed_at IS NOT NULL OR i.gist IS NOT NULL))
UNION ALL SELECT 'cases_allegation_item', i.allegation_id FROM cases_allegation_item i
WHERE i.relied_on AND i.disclosed_at IS NULL AND i.gist IS NULL""",
    31: """
SELECT 'cases_event', e.id FROM cases_event e
WHERE (e.human AND e.actor = 'system') OR (NOT e.human AND (e.actor <> 'system'
  OR e.transition IN ('T03a', 'T04', 'T04b', 'T06', 'T07', 'T10', 'T11', 'T12', 'T16')))""",
    41: """
SELECT 'cases_seat', s.id FROM cases_seat s JOIN cases_pool_member m ON m.id = s.member_id
WHERE m.person <> s.person OR m.ended_at < s.begins""",
    44: """
SELECT 'cases_vote', v.id FROM cases_vote v WHERE NOT EXISTS (
  SELECT 1 FROM cases_declaration d WHERE d.seat_id = v.seat_id AND d.kind = 'contact' AND d.stage = v.stage)""",
    45: """
SELECT 'cases_clock', k.id FROM cases_clock k WHERE k.ended_by = 'expired'
AND (k.begins IS NULL OR k.due > k.ended_at)""",
    46: """
SELECT 'cases_event', e.id FROM cases_event e JOIN cases_case c ON c.id = e.case_id
WHERE e.transition = 'T06' AND NOT c.own_motion AND NOT EXISTS (
  SELECT 1 FROM cases_identity i WHERE i.case_id = c.id AND i.risk_assessed_at IS NOT NULL
  AND (i.answered_at IS NOT NULL OR i.served_at IS NOT NULL))""",
    47: """
SELECT 'cases_seat', s.id FROM cases_seat s JOIN cases_case c ON c.id = s.case_id
JOIN cases_exclusion x ON x.submission_id = c.submission_id AND x.person = s.person""",
    49: """
SELECT 'cases_item_assessment', MIN(a.id) FROM cases_item_assessment a GROUP BY a.item_id HAVING COUNT(*) > 1
UNION ALL SELECT 'cases_case', c.id FROM cases_case c WHERE c.state = 'merged' AND c.merged_into_id IS NULL""",
    51: """
SELECT 'cases_frozen_pool', f.member_id FROM cases_frozen_pool f JOIN cases_pool_member m ON m.id = f.member_id
JOIN cases_case c ON c.id = f.case_id WHERE m.appointed_at > c.received_at""",
}
"""Number of the invariant -> its query."""
