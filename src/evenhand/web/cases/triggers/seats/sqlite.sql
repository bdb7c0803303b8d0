-- SQLite: who sits where, drawn how, and who has to file what. postgresql.sql says the same; a test compares the names and runs both.

CREATE TRIGGER cases_seat_in_its_set BEFORE INSERT ON cases_seat
WHEN NEW.role_set <> 'none' AND NOT EXISTS (SELECT 1 FROM cases_person_set p WHERE p.case_id = NEW.case_id AND
  p.person = NEW.person AND p.role_set = NEW.role_set)
BEGIN SELECT RAISE(ABORT, 'INV-02: the person has another set of roles in this case, or none'); END;

CREATE TRIGGER cases_seat_not_a_party BEFORE INSERT ON cases_seat
WHEN EXISTS (SELECT 1 FROM cases_party p WHERE p.case_id = NEW.case_id AND p.account = NEW.person)
BEGIN SELECT RAISE(ABORT, 'INV-05: nobody sits in a case about themselves'); END;

CREATE TRIGGER cases_seat_not_excluded BEFORE INSERT ON cases_seat
WHEN EXISTS (SELECT 1 FROM cases_exclusion x JOIN cases_case c ON c.submission_id = x.submission_id WHERE c.id =
  NEW.case_id AND x.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'INV-47: the sender asked that this person does not see it'); END;

CREATE TRIGGER cases_seat_not_recused BEFORE INSERT ON cases_seat
WHEN EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person = NEW.person AND s.end_reason =
  'recused')
BEGIN SELECT RAISE(ABORT, 'INV-04: a recusal is for ever in this case'); END;

CREATE TRIGGER cases_seat_not_restricted BEFORE INSERT ON cases_seat
WHEN EXISTS (SELECT 1 FROM people_mandate m WHERE m.person = NEW.person AND m.begins <= date(NEW.begins) AND (m.ends
  IS NULL OR m.ends >= date(NEW.begins)))
BEGIN SELECT RAISE(ABORT, 'INV-01: a holder of a restricted office sits in no case'); END;

CREATE TRIGGER cases_seat_by_its_draw BEFORE INSERT ON cases_seat
WHEN NEW.draw_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases_draw d WHERE d.id = NEW.draw_id AND d.case_id =
  NEW.case_id AND d.purpose = NEW.role AND d.drawn_at IS NOT NULL)
BEGIN SELECT RAISE(ABORT, 'INV-18: the draw is of another case or role, or was not made'); END;

CREATE TRIGGER cases_seat_from_the_pool BEFORE INSERT ON cases_seat
WHEN NEW.draw_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM cases_frozen_pool f JOIN cases_pool_member m ON m.id =
  f.member_id WHERE f.case_id = NEW.case_id AND f.member_id = NEW.member_id AND m.person = NEW.person AND
  m.trained_on <= date(NEW.begins) AND m.trained_until >= date(NEW.begins))
BEGIN SELECT RAISE(ABORT, 'INV-41, INV-51: not in the frozen pool, or not trained that day'); END;

CREATE TRIGGER cases_seat_shared_items BEFORE INSERT ON cases_seat
WHEN NEW.role_set <> 'none' AND NEW.role <> 'assessor' AND EXISTS (SELECT 1 FROM cases_case c JOIN
  cases_submission_item s ON s.submission_id = c.submission_id JOIN cases_item_assessment a ON a.item_id =
  s.item_id WHERE c.id = NEW.case_id AND a.assessor = NEW.person)
BEGIN SELECT RAISE(ABORT, 'INV-02: who assessed a shared item counts as first assessor here'); END;

CREATE TRIGGER cases_seat_begins_open BEFORE INSERT ON cases_seat
WHEN NEW.ends IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'INV-19: a seat ends by a later act'); END;

CREATE TRIGGER cases_seat_only_ends BEFORE UPDATE ON cases_seat
WHEN OLD.ends IS NOT NULL OR NEW.ends IS NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM
  OLD.case_id OR NEW.person IS DISTINCT FROM OLD.person OR NEW.role IS DISTINCT FROM OLD.role OR NEW.role_set IS
  DISTINCT FROM OLD.role_set OR NEW.chair IS DISTINCT FROM OLD.chair OR NEW.member_id IS DISTINCT FROM
  OLD.member_id OR NEW.draw_id IS DISTINCT FROM OLD.draw_id OR NEW.begins IS DISTINCT FROM OLD.begins
BEGIN SELECT RAISE(ABORT, 'INV-04, INV-19: a seat ends once and is never taken back or changed'); END;

CREATE TRIGGER cases_seat_owner_first BEFORE UPDATE ON cases_seat
WHEN EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.owner = NEW.person AND c.owner_role =
  NEW.role)
BEGIN SELECT RAISE(ABORT, 'INV-04: the case would be left with an owner who is gone'); END;

CREATE TRIGGER cases_party_holds_no_seat_i BEFORE INSERT ON cases_party
WHEN NEW.account IS NOT NULL AND EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person =
  NEW.account AND s.role_set <> 'none')
BEGIN SELECT RAISE(ABORT, 'INV-05: whoever sits in a case is no party to it'); END;

CREATE TRIGGER cases_party_holds_no_seat_u BEFORE UPDATE OF account ON cases_party
WHEN NEW.account IS NOT NULL AND EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person =
  NEW.account AND s.role_set <> 'none')
BEGIN SELECT RAISE(ABORT, 'INV-05: whoever sits in a case is no party to it'); END;

CREATE TRIGGER cases_frozen_pool_as_received BEFORE INSERT ON cases_frozen_pool
WHEN NOT EXISTS (SELECT 1 FROM cases_pool_member m JOIN cases_case c ON c.id = NEW.case_id WHERE m.id = NEW.member_id
  AND m.appointed_at <= c.received_at AND (m.ended_at IS NULL OR m.ended_at > c.received_at)) OR EXISTS (SELECT 1
  FROM cases_draw d WHERE d.case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'INV-51: the pool is as it was at receipt'); END;

CREATE TRIGGER cases_pool_member_as_appointed BEFORE UPDATE ON cases_pool_member
WHEN NEW.id IS DISTINCT FROM OLD.id OR NEW.person IS DISTINCT FROM OLD.person OR NEW.kind IS DISTINCT FROM OLD.kind
  OR NEW.branch IS DISTINCT FROM OLD.branch OR NEW.appointed_by IS DISTINCT FROM OLD.appointed_by OR
  NEW.appointed_at IS DISTINCT FROM OLD.appointed_at OR OLD.ended_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'INV-51: an appointment is not changed after the fact'); END;

CREATE TRIGGER cases_draw_committed_first BEFORE INSERT ON cases_draw
WHEN NEW.drawn_at IS NOT NULL OR NEW.nonce IS NOT NULL OR NOT EXISTS (SELECT 1 FROM cases_nonce n WHERE n.commitment
  = NEW.nonce_commitment AND n.made_at <= NEW.committed_at) OR NEW.number <> 1 + (SELECT COUNT(*) FROM cases_draw
  d WHERE d.case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'INV-18: a draw is committed before it is made, with a secret promised before'); END;

CREATE TRIGGER cases_draw_made_once BEFORE UPDATE ON cases_draw
WHEN OLD.drawn_at IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM OLD.case_id OR
  NEW.number IS DISTINCT FROM OLD.number OR NEW.purpose IS DISTINCT FROM OLD.purpose OR NEW.commitment IS DISTINCT
  FROM OLD.commitment OR NEW.nonce_commitment IS DISTINCT FROM OLD.nonce_commitment OR NEW.committed_at IS
  DISTINCT FROM OLD.committed_at
BEGIN SELECT RAISE(ABORT, 'INV-18: a draw is made once, as it was committed'); END;

CREATE TRIGGER cases_contact_flag_settled_once BEFORE UPDATE ON cases_contact_flag
WHEN OLD.contact_id IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM OLD.case_id OR
  NEW.recipient IS DISTINCT FROM OLD.recipient OR NEW.flagged_by IS DISTINCT FROM OLD.flagged_by OR NEW.flagged_at
  IS DISTINCT FROM OLD.flagged_at OR NOT EXISTS (SELECT 1 FROM cases_contact n WHERE n.id = NEW.contact_id AND
  n.case_id = NEW.case_id AND n.recipient = NEW.recipient)
BEGIN SELECT RAISE(ABORT, 'INV-11: a flag is settled once, by a note of the same person in the same case'); END;

CREATE TRIGGER cases_declaration_of_a_holder BEFORE INSERT ON cases_declaration
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.id = NEW.seat_id AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-19: only the holder of an open seat declares'); END;
