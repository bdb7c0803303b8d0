-- SQLite: how a case moves, by whom, on what. postgresql.sql says the same; a test compares the names and runs both.

CREATE TRIGGER cases_case_begins_received BEFORE INSERT ON cases_case
WHEN NEW.state <> 'received' OR NEW.revision <> 0 OR NEW.liability_decided_at IS NOT NULL OR NEW.closed_at IS NOT
  NULL
BEGIN SELECT RAISE(ABORT, 'INV-27: a case begins as received'); END;

CREATE TRIGGER cases_case_moves_by_event BEFORE UPDATE ON cases_case
WHEN NEW.state <> OLD.state AND NOT EXISTS (SELECT 1 FROM cases_event e JOIN cases_edge g ON g.table_version =
  e.table_version AND g.source = e.source AND g.target = e.target WHERE e.case_id = NEW.id AND e.table_version =
  OLD.table_version AND e.source = OLD.state AND e.target = NEW.state AND e.place = (SELECT MAX(l.place) FROM
  cases_event l WHERE l.case_id = NEW.id))
BEGIN SELECT RAISE(ABORT, 'INV-27: a case moves by an event along an edge of its table'); END;

CREATE TRIGGER cases_case_pinned BEFORE UPDATE ON cases_case
WHEN NEW.id IS DISTINCT FROM OLD.id OR NEW.number IS DISTINCT FROM OLD.number OR NEW.year IS DISTINCT FROM OLD.year
  OR NEW.place_in_year IS DISTINCT FROM OLD.place_in_year OR NEW.submission_id IS DISTINCT FROM OLD.submission_id
  OR NEW.key IS DISTINCT FROM OLD.key OR NEW.table_version IS DISTINCT FROM OLD.table_version OR NEW.procedure IS
  DISTINCT FROM OLD.procedure OR NEW.own_motion IS DISTINCT FROM OLD.own_motion OR NEW.received_at IS DISTINCT
  FROM OLD.received_at OR NEW.subject_name IS DISTINCT FROM OLD.subject_name OR (NEW.subject_lookup IS DISTINCT
  FROM OLD.subject_lookup AND NOT EXISTS (SELECT 1 FROM vault_erasure WHERE target = OLD.id)) OR (OLD.priors_key IS NOT NULL AND NEW.priors_key IS DISTINCT FROM OLD.priors_key) OR
  (OLD.restricted_linked AND NOT NEW.restricted_linked) OR (OLD.outside AND NOT NEW.outside)
BEGIN SELECT RAISE(ABORT, 'INV-25: what a case pinned at receipt stays'); END;

CREATE TRIGGER cases_case_revision_counts BEFORE UPDATE ON cases_case
WHEN NEW.revision <> OLD.revision + 1
BEGIN SELECT RAISE(ABORT, 'INV-36: each change of a case counts one up'); END;

CREATE TRIGGER cases_case_owner_sits_i BEFORE INSERT ON cases_case
WHEN NEW.owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.id AND s.person =
  NEW.owner AND s.role = NEW.owner_role AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-26: the owner holds no open seat for it'); END;

CREATE TRIGGER cases_case_owner_sits_u BEFORE UPDATE OF owner, owner_role ON cases_case
WHEN NEW.owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.id AND s.person =
  NEW.owner AND s.role = NEW.owner_role AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-26: the owner holds no open seat for it'); END;

CREATE TRIGGER cases_case_liability_once BEFORE UPDATE OF liability_decided_at ON cases_case
WHEN NEW.liability_decided_at IS DISTINCT FROM OLD.liability_decided_at AND NEW.state <> 'liability_decided'
BEGIN SELECT RAISE(ABORT, 'INV-21: only that step says when it was decided whether it happened'); END;

CREATE TRIGGER cases_event_edge BEFORE INSERT ON cases_event
WHEN NOT EXISTS (SELECT 1 FROM cases_edge g WHERE g.table_version = NEW.table_version AND g.source = NEW.source AND
  g.target = NEW.target AND g.transition = NEW.transition)
BEGIN SELECT RAISE(ABORT, 'INV-27: the table has no such step'); END;

CREATE TRIGGER cases_event_in_order BEFORE INSERT ON cases_event
WHEN NEW.place <> 1 + (SELECT COUNT(*) FROM cases_event e WHERE e.case_id = NEW.case_id) OR NEW.source <>
  COALESCE((SELECT e.target FROM cases_event e WHERE e.case_id = NEW.case_id ORDER BY e.place DESC LIMIT 1),
  'draft') OR NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.table_version =
  NEW.table_version AND c.state = CASE WHEN NEW.place = 1 THEN NEW.target ELSE NEW.source END)
BEGIN SELECT RAISE(ABORT, 'INV-27: events follow one another from where the case stands'); END;

CREATE TRIGGER cases_event_human BEFORE INSERT ON cases_event
WHEN (NEW.human AND NEW.actor = 'system') OR (NOT NEW.human AND NEW.actor <> 'system') OR (NOT NEW.human AND NOT
  (NEW.transition IN ('T03', 'T09', 'T13', 'T14', 'T17', 'T18', 'T20') OR (NEW.transition = 'T08' AND NEW.target =
  'reply_window') OR (NEW.transition = 'T19' AND NEW.source = 'reopened')))
BEGIN SELECT RAISE(ABORT, 'INV-31: a person takes this step, never a machine'); END;

CREATE TRIGGER cases_event_actor_sits BEFORE INSERT ON cases_event
WHEN NEW.human AND NEW.transition <> 'T00' AND NEW.actor_role IN ('intake', 'assessor', 'second_assessor',
  'charge_assessor', 'investigator', 'interim_panel', 'interim_challenge', 'interim_countersign', 'panel',
  'reviewer', 'appeal_panel', 'reopening_panel') AND NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id =
  NEW.case_id AND s.person = NEW.actor AND s.role = NEW.actor_role AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-02, INV-10: the actor holds no open seat in this role'); END;

CREATE TRIGGER cases_event_actor_is_party BEFORE INSERT ON cases_event
WHEN NEW.actor_role IN ('complainant', 'reporter', 'respondent') AND NOT EXISTS (SELECT 1 FROM cases_party p WHERE
  p.case_id = NEW.case_id AND p.id = NEW.actor)
BEGIN SELECT RAISE(ABORT, 'INV-55: the actor is no party of this case'); END;

CREATE TRIGGER cases_event_role_fits BEFORE INSERT ON cases_event
WHEN NEW.actor_role NOT IN ('complainant', 'reporter', 'respondent') AND NEW.actor_role NOT IN ('intake', 'assessor',
  'second_assessor', 'charge_assessor', 'investigator', 'interim_panel', 'interim_challenge',
  'interim_countersign', 'panel', 'reviewer', 'appeal_panel', 'reopening_panel') AND NEW.actor_role NOT IN
  ('system', 'liaison', 'dpo', 'case_keeper')
BEGIN SELECT RAISE(ABORT, 'INV-27: nobody takes a step in this role'); END;

CREATE TRIGGER cases_event_contacts_filed BEFORE INSERT ON cases_event
WHEN NEW.actor_role IN ('intake', 'assessor', 'second_assessor', 'charge_assessor', 'investigator', 'interim_panel',
  'interim_challenge', 'interim_countersign', 'panel', 'reviewer', 'appeal_panel', 'reopening_panel') AND
  NEW.transition NOT IN ('T00', 'T01', 'T02a') AND EXISTS (SELECT 1 FROM cases_contact_flag x WHERE x.case_id =
  NEW.case_id AND x.recipient = NEW.actor AND x.contact_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-11: a contact with the actor is not filed yet'); END;

CREATE TRIGGER cases_event_reason_coded BEFORE INSERT ON cases_event
WHEN NEW.transition IN ('T03a', 'T04b') AND NEW.reason_code IS NULL
BEGIN SELECT RAISE(ABORT, 'INV-23: a refusal needs a reason code of the procedure'); END;

CREATE TRIGGER cases_event_dismissal_by_two BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T04b' AND 2 > (SELECT COUNT(DISTINCT s.person) FROM cases_vote v JOIN cases_seat s ON s.id =
  v.seat_id WHERE v.case_id = NEW.case_id AND v.stage = 'T04b' AND s.role IN ('assessor', 'second_assessor'))
BEGIN SELECT RAISE(ABORT, 'INV-06: two assessors vote on a dismissal'); END;

CREATE TRIGGER cases_event_t04_blind_then_open BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T04' AND NOT EXISTS (SELECT 1 FROM cases_blind_record b JOIN cases_open_record o ON o.blind_id
  = b.id WHERE b.case_id = NEW.case_id AND b.person = NEW.actor AND b.stage = 'T04')
BEGIN SELECT RAISE(ABORT, 'INV-20: blind record and open record come first'); END;

CREATE TRIGGER cases_event_t07_blind_then_open BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T07' AND NOT EXISTS (SELECT 1 FROM cases_blind_record b JOIN cases_open_record o ON o.blind_id
  = b.id WHERE b.case_id = NEW.case_id AND b.person = NEW.actor AND b.stage = 'T07')
BEGIN SELECT RAISE(ABORT, 'INV-20: blind record and open record come first'); END;

CREATE TRIGGER cases_event_t06_criterion BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T06' AND NOT EXISTS (SELECT 1 FROM cases_allegation a WHERE a.case_id = NEW.case_id AND
  a.drop_reason IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-23: an investigation needs a published rule in force on the day of conduct'); END;

CREATE TRIGGER cases_event_t06_identity BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T06' AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.own_motion) AND
  NOT EXISTS (SELECT 1 FROM cases_identity i WHERE i.case_id = NEW.case_id AND i.risk_assessed_at IS NOT NULL AND
  i.protection <> 'pending' AND (i.answered_at IS NOT NULL OR datetime(i.served_at, '+5 days') <= NEW.at))
BEGIN SELECT RAISE(ABORT, 'INV-46: the identity step is not done'); END;

CREATE TRIGGER cases_event_t08_search BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T08' AND NEW.target = 'charged' AND (NOT EXISTS (SELECT 1 FROM cases_search s WHERE s.case_id
  = NEW.case_id) OR NOT EXISTS (SELECT 1 FROM cases_allegation a WHERE a.case_id = NEW.case_id AND a.drop_reason
  IS NULL))
BEGIN SELECT RAISE(ABORT, 'INV-29: formal allegations need the search for what speaks for the respondent'); END;

CREATE TRIGGER cases_event_t08_disclosed BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T08' AND EXISTS (SELECT 1 FROM cases_allegation_item i JOIN cases_allegation a ON a.id =
  i.allegation_id WHERE a.case_id = NEW.case_id AND a.drop_reason IS NULL AND i.disclosed_at IS NULL AND i.gist IS
  NULL)
BEGIN SELECT RAISE(ABORT, 'INV-30: evidence is disclosed, or withheld by record with its gist'); END;

CREATE TRIGGER cases_event_t09_heard BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T09' AND NEW.source = 'reply_window' AND NOT EXISTS (SELECT 1 FROM cases_reply r JOIN
  cases_party p ON p.id = r.party_id WHERE r.case_id = NEW.case_id AND r.final AND p.side = 'respondent') AND NOT
  EXISTS (SELECT 1 FROM cases_clock k JOIN cases_party p ON p.id = k.party WHERE k.case_id = NEW.case_id AND
  k.name = 'reply' AND p.side = 'respondent' AND k.due < NEW.at)
BEGIN SELECT RAISE(ABORT, 'INV-45: neither a reply nor a window that passed after service'); END;

CREATE TRIGGER cases_event_t11_found BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T11' AND EXISTS (SELECT 1 FROM cases_allegation a WHERE a.case_id = NEW.case_id AND
  a.drop_reason IS NULL AND NOT EXISTS (SELECT 1 FROM cases_finding f WHERE f.allegation_id = a.id))
BEGIN SELECT RAISE(ABORT, 'INV-30: every allegation needs its finding'); END;

CREATE TRIGGER cases_event_panel_voted BEFORE INSERT ON cases_event
WHEN NEW.transition IN ('T11', 'T12') AND 3 > (SELECT COUNT(DISTINCT v.seat_id) FROM cases_vote v JOIN cases_seat s
  ON s.id = v.seat_id WHERE v.case_id = NEW.case_id AND v.stage = NEW.transition AND s.role = 'panel' AND s.ends
  IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-44: three votes, each with its declaration of contacts'); END;

CREATE TRIGGER cases_event_t12_proved BEFORE INSERT ON cases_event
WHEN NEW.transition = 'T12' AND NOT EXISTS (SELECT 1 FROM cases_finding f JOIN cases_allegation a ON a.id =
  f.allegation_id WHERE a.case_id = NEW.case_id AND a.drop_reason IS NULL AND f.result = 'proved')
BEGIN SELECT RAISE(ABORT, 'INV-23: nothing was proved'); END;

CREATE TRIGGER cases_event_decided_with_contacts BEFORE INSERT ON cases_event
WHEN NEW.target = 'decided' AND NEW.transition = 'T14' AND NOT EXISTS (SELECT 1 FROM cases_decision d WHERE d.case_id
  = NEW.case_id AND d.contacts = (SELECT COUNT(*) FROM cases_contact n WHERE n.case_id = NEW.case_id AND
  n.corrects_id IS NULL))
BEGIN SELECT RAISE(ABORT, 'INV-13: the decision with its number of contacts is missing or out of date'); END;

CREATE TRIGGER cases_event_decided_reviewed BEFORE INSERT ON cases_event
WHEN NEW.target = 'decided' AND NEW.transition = 'T14' AND (EXISTS (SELECT 1 FROM cases_case c WHERE c.id =
  NEW.case_id AND (c.own_motion OR c.restricted_linked OR c.protected_characteristic)) OR EXISTS (SELECT 1 FROM
  cases_outcome o WHERE o.case_id = NEW.case_id AND o.rung IN ('L4', 'L5', 'L6')) OR NEW.source =
  'independent_review') AND NOT EXISTS (SELECT 1 FROM cases_review r WHERE r.case_id = NEW.case_id AND r.verdict =
  'verified')
BEGIN SELECT RAISE(ABORT, 'INV-14: this decision needs a review that verified it'); END;
