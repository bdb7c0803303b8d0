-- SQLite: votes, records, evidence, findings, decisions. postgresql.sql says the same; a test compares the names and runs both.

CREATE TRIGGER cases_vote_declared BEFORE INSERT ON cases_vote
WHEN NOT EXISTS (SELECT 1 FROM cases_declaration d WHERE d.seat_id = NEW.seat_id AND d.kind = 'contact' AND d.stage =
  NEW.stage)
BEGIN SELECT RAISE(ABORT, 'INV-44: no vote before that seat declared its contacts for it'); END;

CREATE TRIGGER cases_vote_of_an_open_seat BEFORE INSERT ON cases_vote
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.id = NEW.seat_id AND s.case_id = NEW.case_id AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-02: the seat is of another case, or has ended'); END;

CREATE TRIGGER cases_vote_contacts_filed BEFORE INSERT ON cases_vote
WHEN EXISTS (SELECT 1 FROM cases_contact_flag x JOIN cases_seat s ON s.id = NEW.seat_id WHERE x.case_id = NEW.case_id
  AND x.recipient = s.person AND x.contact_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-11: a contact with the voter is not filed yet'); END;

CREATE TRIGGER cases_blind_record_unread BEFORE INSERT ON cases_blind_record
WHEN NEW.blinded AND EXISTS (SELECT 1 FROM cases_reading r WHERE r.case_id = NEW.case_id AND r.person = NEW.person
  AND r.what = 'open')
BEGIN SELECT RAISE(ABORT, 'INV-20: the open file was read before'); END;

CREATE TRIGGER cases_blind_record_of_a_seat BEFORE INSERT ON cases_blind_record
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person = NEW.person AND s.ends IS
  NULL AND s.role = CASE NEW.stage WHEN 'T04' THEN 'assessor' WHEN 'T07' THEN 'charge_assessor' END)
BEGIN SELECT RAISE(ABORT, 'INV-20: this stage belongs to another seat'); END;

CREATE TRIGGER cases_open_record_after_blind BEFORE INSERT ON cases_open_record
WHEN NOT EXISTS (SELECT 1 FROM cases_blind_record b WHERE b.id = NEW.blind_id AND b.at <= NEW.at AND (NEW.changed OR
  b.decision = NEW.decision))
BEGIN SELECT RAISE(ABORT, 'INV-20: open comes after blind, and a change says so'); END;

CREATE TRIGGER cases_reading_blind_first_i BEFORE INSERT ON cases_reading
WHEN NEW.what = 'open' AND EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person = NEW.person
  AND s.role IN ('assessor', 'charge_assessor')) AND NOT EXISTS (SELECT 1 FROM cases_blind_record b WHERE
  b.case_id = NEW.case_id AND b.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'INV-20: the blind record comes first'); END;

CREATE TRIGGER cases_reading_blind_first_u BEFORE UPDATE ON cases_reading
WHEN NEW.what = 'open' AND EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person = NEW.person
  AND s.role IN ('assessor', 'charge_assessor')) AND NOT EXISTS (SELECT 1 FROM cases_blind_record b WHERE
  b.case_id = NEW.case_id AND b.person = NEW.person)
BEGIN SELECT RAISE(ABORT, 'INV-20: the blind record comes first'); END;

CREATE TRIGGER cases_reading_only_grows BEFORE UPDATE ON cases_reading
WHEN NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.person IS DISTINCT FROM OLD.person OR NEW.what IS DISTINCT FROM
  OLD.what OR NEW.first_at IS DISTINCT FROM OLD.first_at OR NEW.seconds < OLD.seconds OR NEW.last_at < OLD.last_at
BEGIN SELECT RAISE(ABORT, 'INV-31: a reading only grows'); END;

CREATE TRIGGER cases_allegation_rule_of_that_day_i BEFORE INSERT ON cases_allegation
WHEN NOT EXISTS (SELECT 1 FROM rules_clause r JOIN rules_code_version v ON v.id = r.code_id WHERE r.id =
  NEW.clause_id AND r.in_force_from <= NEW.conduct_on AND (r.in_force_until IS NULL OR r.in_force_until >=
  NEW.conduct_on) AND v.in_force_from <= NEW.conduct_on AND (v.in_force_until IS NULL OR v.in_force_until >=
  NEW.conduct_on) AND date(v.published_at) <= date(NEW.set_at))
BEGIN SELECT RAISE(ABORT, 'INV-23: no published rule in force on the day of conduct'); END;

CREATE TRIGGER cases_allegation_rule_of_that_day_u BEFORE UPDATE OF clause_id, conduct_on ON cases_allegation
WHEN NOT EXISTS (SELECT 1 FROM rules_clause r JOIN rules_code_version v ON v.id = r.code_id WHERE r.id =
  NEW.clause_id AND r.in_force_from <= NEW.conduct_on AND (r.in_force_until IS NULL OR r.in_force_until >=
  NEW.conduct_on) AND v.in_force_from <= NEW.conduct_on AND (v.in_force_until IS NULL OR v.in_force_until >=
  NEW.conduct_on) AND date(v.published_at) <= date(NEW.set_at))
BEGIN SELECT RAISE(ABORT, 'INV-23: no published rule in force on the day of conduct'); END;

CREATE TRIGGER cases_allegation_formal_stays BEFORE UPDATE ON cases_allegation
WHEN OLD.formal_at IS NOT NULL AND (NEW.case_id IS DISTINCT FROM OLD.case_id OR NEW.number IS DISTINCT FROM
  OLD.number OR NEW.clause_id IS DISTINCT FROM OLD.clause_id OR NEW.act_type IS DISTINCT FROM OLD.act_type OR
  NEW.conduct_on IS DISTINCT FROM OLD.conduct_on OR NEW.particulars IS DISTINCT FROM OLD.particulars OR
  NEW.most_that_can_follow IS DISTINCT FROM OLD.most_that_can_follow OR NEW.formal_at IS DISTINCT FROM
  OLD.formal_at)
BEGIN SELECT RAISE(ABORT, 'INV-25: a formal allegation is not changed'); END;

CREATE TRIGGER cases_allegation_item_known BEFORE UPDATE ON cases_allegation_item
WHEN (OLD.disclosed_at IS NOT NULL AND NEW.disclosed_at IS DISTINCT FROM OLD.disclosed_at) OR (OLD.gist IS NOT NULL
  AND NEW.gist IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-30: what was disclosed stays disclosed'); END;

CREATE TRIGGER cases_finding_on_evidence_i BEFORE INSERT ON cases_finding
WHEN NEW.result = 'proved' AND NOT EXISTS (SELECT 1 FROM cases_allegation_item i WHERE i.allegation_id =
  NEW.allegation_id AND i.relied_on AND (i.disclosed_at IS NOT NULL OR i.gist IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'INV-30: nothing is proved but by evidence the respondent was shown'); END;

CREATE TRIGGER cases_finding_on_evidence_u BEFORE UPDATE ON cases_finding
WHEN NEW.result = 'proved' AND NOT EXISTS (SELECT 1 FROM cases_allegation_item i WHERE i.allegation_id =
  NEW.allegation_id AND i.relied_on AND (i.disclosed_at IS NOT NULL OR i.gist IS NOT NULL))
BEGIN SELECT RAISE(ABORT, 'INV-30: nothing is proved but by evidence the respondent was shown'); END;

CREATE TRIGGER cases_outcome_of_proved_i BEFORE INSERT ON cases_outcome
WHEN NOT EXISTS (SELECT 1 FROM cases_finding f JOIN cases_allegation a ON a.id = f.allegation_id WHERE a.case_id =
  NEW.case_id AND a.drop_reason IS NULL AND f.result = 'proved')
BEGIN SELECT RAISE(ABORT, 'INV-23: nothing follows where nothing was proved'); END;

CREATE TRIGGER cases_outcome_of_proved_u BEFORE UPDATE ON cases_outcome
WHEN NOT EXISTS (SELECT 1 FROM cases_finding f JOIN cases_allegation a ON a.id = f.allegation_id WHERE a.case_id =
  NEW.case_id AND a.drop_reason IS NULL AND f.result = 'proved')
BEGIN SELECT RAISE(ABORT, 'INV-23: nothing follows where nothing was proved'); END;

CREATE TRIGGER cases_review_by_a_reviewer_i BEFORE INSERT ON cases_review
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.id = NEW.seat_id AND s.case_id = NEW.case_id AND s.role =
  'reviewer')
BEGIN SELECT RAISE(ABORT, 'INV-14: a drawn reviewer reviews'); END;

CREATE TRIGGER cases_review_by_a_reviewer_u BEFORE UPDATE ON cases_review
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.id = NEW.seat_id AND s.case_id = NEW.case_id AND s.role =
  'reviewer')
BEGIN SELECT RAISE(ABORT, 'INV-14: a drawn reviewer reviews'); END;

CREATE TRIGGER cases_review_once BEFORE UPDATE ON cases_review
WHEN OLD.verdict IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM OLD.case_id OR
  NEW.seat_id IS DISTINCT FROM OLD.seat_id OR NEW.why IS DISTINCT FROM OLD.why OR NEW.drawn_at IS DISTINCT FROM
  OLD.drawn_at
BEGIN SELECT RAISE(ABORT, 'INV-14: a review says its verdict once'); END;

CREATE TRIGGER cases_decision_counts_contacts_i BEFORE INSERT ON cases_decision
WHEN NEW.contacts <> (SELECT COUNT(*) FROM cases_contact n WHERE n.case_id = NEW.case_id AND n.corrects_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-13: the number of contacts is not the number of notes'); END;

CREATE TRIGGER cases_decision_counts_contacts_u BEFORE UPDATE ON cases_decision
WHEN NEW.contacts <> (SELECT COUNT(*) FROM cases_contact n WHERE n.case_id = NEW.case_id AND n.corrects_id IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-13: the number of contacts is not the number of notes'); END;

CREATE TRIGGER cases_decision_stays BEFORE UPDATE ON cases_decision
WHEN EXISTS (SELECT 1 FROM cases_case c WHERE c.id = NEW.case_id AND c.state IN ('decided', 'appealed',
  'appeal_decided', 'sanction_active', 'spent', 'closed'))
BEGIN SELECT RAISE(ABORT, 'INV-25: a decision that was sent is not changed'); END;

CREATE TRIGGER cases_item_assessment_by_assessor BEFORE INSERT ON cases_item_assessment
WHEN NOT EXISTS (SELECT 1 FROM cases_seat s WHERE s.case_id = NEW.case_id AND s.person = NEW.assessor AND s.role =
  'assessor' AND s.ends IS NULL)
BEGIN SELECT RAISE(ABORT, 'INV-49: the first assessor of the case assesses its items'); END;

CREATE TRIGGER cases_item_assessment_apart BEFORE INSERT ON cases_item_assessment
WHEN EXISTS (SELECT 1 FROM cases_submission_item s JOIN cases_case c ON c.submission_id = s.submission_id JOIN
  cases_seat t ON t.case_id = c.id WHERE s.item_id = NEW.item_id AND t.person = NEW.assessor AND t.role_set <>
  'none' AND t.role <> 'assessor')
BEGIN SELECT RAISE(ABORT, 'INV-02: the assessor has another part in a case that shares the item'); END;

CREATE TRIGGER cases_item_assessment_stays BEFORE UPDATE ON cases_item_assessment
WHEN NEW.id IS DISTINCT FROM OLD.id OR NEW.item_id IS DISTINCT FROM OLD.item_id OR NEW.assessor IS DISTINCT FROM
  OLD.assessor OR NEW.case_id IS DISTINCT FROM OLD.case_id
BEGIN SELECT RAISE(ABORT, 'INV-49: an item is assessed once'); END;

CREATE TRIGGER cases_item_stays BEFORE UPDATE ON cases_item
WHEN NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.item_hash IS DISTINCT FROM
  OLD.item_hash OR NEW.first_seen_at IS DISTINCT FROM OLD.first_seen_at
BEGIN SELECT RAISE(ABORT, 'INV-49: an item keeps its identity'); END;

CREATE TRIGGER cases_lookup_confirmed_once BEFORE UPDATE ON cases_lookup
WHEN OLD.confirmed_by IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM OLD.case_id OR
  NEW.result IS DISTINCT FROM OLD.result OR NEW.band IS DISTINCT FROM OLD.band OR NEW.on_day IS DISTINCT FROM
  OLD.on_day OR NEW.evidence IS DISTINCT FROM OLD.evidence OR NEW.purpose IS DISTINCT FROM OLD.purpose OR
  NEW.approver IS DISTINCT FROM OLD.approver OR NEW.made_by IS DISTINCT FROM OLD.made_by OR NEW.made_at IS
  DISTINCT FROM OLD.made_at
BEGIN SELECT RAISE(ABORT, 'T03: a look-up is confirmed once and never changed'); END;

CREATE TRIGGER cases_lookup_ask_approved_once BEFORE UPDATE ON cases_lookup_ask
WHEN OLD.approved_by IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.case_id IS DISTINCT FROM OLD.case_id OR
  NEW.account IS DISTINCT FROM OLD.account OR NEW.purpose IS DISTINCT FROM OLD.purpose OR NEW.on_day IS DISTINCT
  FROM OLD.on_day OR NEW.asked_by IS DISTINCT FROM OLD.asked_by OR NEW.asked_at IS DISTINCT FROM OLD.asked_at
BEGIN SELECT RAISE(ABORT, 'INV-06: a look-up is approved once, as it was asked'); END;

CREATE TRIGGER cases_clock_served_then_counted_i BEFORE INSERT ON cases_clock
WHEN (NEW.ended_by = 'expired' AND NEW.begins IS NULL) OR (NEW.ended_by = 'expired' AND NEW.due > NEW.ended_at)
BEGIN SELECT RAISE(ABORT, 'INV-45: nothing expires that was not served, nor before its time'); END;

CREATE TRIGGER cases_clock_served_then_counted_u BEFORE UPDATE ON cases_clock
WHEN (NEW.ended_by = 'expired' AND NEW.begins IS NULL) OR (NEW.ended_by = 'expired' AND NEW.due > NEW.ended_at)
BEGIN SELECT RAISE(ABORT, 'INV-45: nothing expires that was not served, nor before its time'); END;

CREATE TRIGGER cases_clock_never_shrinks BEFORE UPDATE ON cases_clock
WHEN OLD.party IS NOT NULL AND (NEW.due < OLD.due OR (OLD.begins IS NOT NULL AND NEW.begins IS DISTINCT FROM
  OLD.begins) OR (OLD.due IS NOT NULL AND NEW.due IS NULL))
BEGIN SELECT RAISE(ABORT, 'INV-45: the time of a party never becomes shorter'); END;

CREATE TRIGGER cases_upload_restricted_stays BEFORE UPDATE ON cases_upload
WHEN OLD.state = 'restricted' AND NEW.state <> 'restricted'
BEGIN SELECT RAISE(ABORT, 'R24: what nobody may look at stays so'); END;
