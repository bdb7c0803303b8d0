-- SQLite: rows of cases that are never changed, and rows that are never deleted (INV-07, INV-12).
-- `no_replace`: INSERT OR REPLACE and upserts pass a no-update, no-delete pair; a guard on existing keys does not.

CREATE TRIGGER cases_event_no_update BEFORE UPDATE ON cases_event
BEGIN SELECT RAISE(ABORT, 'cases_event is append-only'); END;
CREATE TRIGGER cases_event_no_delete BEFORE DELETE ON cases_event
BEGIN SELECT RAISE(ABORT, 'cases_event is append-only'); END;
CREATE TRIGGER cases_event_no_replace BEFORE INSERT ON cases_event
WHEN EXISTS (SELECT 1 FROM cases_event WHERE id = NEW.id OR (case_id = NEW.case_id AND place = NEW.place))
BEGIN SELECT RAISE(ABORT, 'cases_event is append-only'); END;

CREATE TRIGGER cases_message_no_update BEFORE UPDATE ON cases_message
BEGIN SELECT RAISE(ABORT, 'cases_message is append-only'); END;
CREATE TRIGGER cases_message_no_delete BEFORE DELETE ON cases_message
BEGIN SELECT RAISE(ABORT, 'cases_message is append-only'); END;
CREATE TRIGGER cases_message_no_replace BEFORE INSERT ON cases_message
WHEN EXISTS (SELECT 1 FROM cases_message WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_message is append-only'); END;

CREATE TRIGGER cases_reply_no_update BEFORE UPDATE ON cases_reply
BEGIN SELECT RAISE(ABORT, 'cases_reply is append-only'); END;
CREATE TRIGGER cases_reply_no_delete BEFORE DELETE ON cases_reply
BEGIN SELECT RAISE(ABORT, 'cases_reply is append-only'); END;
CREATE TRIGGER cases_reply_no_replace BEFORE INSERT ON cases_reply
WHEN EXISTS (SELECT 1 FROM cases_reply WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_reply is append-only'); END;

CREATE TRIGGER cases_vote_no_update BEFORE UPDATE ON cases_vote
BEGIN SELECT RAISE(ABORT, 'cases_vote is append-only'); END;
CREATE TRIGGER cases_vote_no_delete BEFORE DELETE ON cases_vote
BEGIN SELECT RAISE(ABORT, 'cases_vote is append-only'); END;
CREATE TRIGGER cases_vote_no_replace BEFORE INSERT ON cases_vote
WHEN EXISTS (SELECT 1 FROM cases_vote WHERE id = NEW.id OR (seat_id = NEW.seat_id AND stage = NEW.stage AND allegation_id = NEW.allegation_id))
BEGIN SELECT RAISE(ABORT, 'cases_vote is append-only'); END;

CREATE TRIGGER cases_declaration_no_update BEFORE UPDATE ON cases_declaration
BEGIN SELECT RAISE(ABORT, 'cases_declaration is append-only'); END;
CREATE TRIGGER cases_declaration_no_delete BEFORE DELETE ON cases_declaration
BEGIN SELECT RAISE(ABORT, 'cases_declaration is append-only'); END;
CREATE TRIGGER cases_declaration_no_replace BEFORE INSERT ON cases_declaration
WHEN EXISTS (SELECT 1 FROM cases_declaration WHERE id = NEW.id OR (seat_id = NEW.seat_id AND kind = NEW.kind AND stage = NEW.stage))
BEGIN SELECT RAISE(ABORT, 'cases_declaration is append-only'); END;

CREATE TRIGGER cases_contact_no_update BEFORE UPDATE ON cases_contact
BEGIN SELECT RAISE(ABORT, 'cases_contact is append-only'); END;
CREATE TRIGGER cases_contact_no_delete BEFORE DELETE ON cases_contact
BEGIN SELECT RAISE(ABORT, 'cases_contact is append-only'); END;
CREATE TRIGGER cases_contact_no_replace BEFORE INSERT ON cases_contact
WHEN EXISTS (SELECT 1 FROM cases_contact WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_contact is append-only'); END;

CREATE TRIGGER cases_blind_record_no_update BEFORE UPDATE ON cases_blind_record
BEGIN SELECT RAISE(ABORT, 'cases_blind_record is append-only'); END;
CREATE TRIGGER cases_blind_record_no_delete BEFORE DELETE ON cases_blind_record
BEGIN SELECT RAISE(ABORT, 'cases_blind_record is append-only'); END;
CREATE TRIGGER cases_blind_record_no_replace BEFORE INSERT ON cases_blind_record
WHEN EXISTS (SELECT 1 FROM cases_blind_record WHERE id = NEW.id OR (case_id = NEW.case_id AND stage = NEW.stage AND person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'cases_blind_record is append-only'); END;

CREATE TRIGGER cases_open_record_no_update BEFORE UPDATE ON cases_open_record
BEGIN SELECT RAISE(ABORT, 'cases_open_record is append-only'); END;
CREATE TRIGGER cases_open_record_no_delete BEFORE DELETE ON cases_open_record
BEGIN SELECT RAISE(ABORT, 'cases_open_record is append-only'); END;
CREATE TRIGGER cases_open_record_no_replace BEFORE INSERT ON cases_open_record
WHEN EXISTS (SELECT 1 FROM cases_open_record WHERE blind_id = NEW.blind_id)
BEGIN SELECT RAISE(ABORT, 'cases_open_record is append-only'); END;

CREATE TRIGGER cases_search_no_update BEFORE UPDATE ON cases_search
BEGIN SELECT RAISE(ABORT, 'cases_search is append-only'); END;
CREATE TRIGGER cases_search_no_delete BEFORE DELETE ON cases_search
BEGIN SELECT RAISE(ABORT, 'cases_search is append-only'); END;
CREATE TRIGGER cases_search_no_replace BEFORE INSERT ON cases_search
WHEN EXISTS (SELECT 1 FROM cases_search WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_search is append-only'); END;

CREATE TRIGGER cases_person_set_no_update BEFORE UPDATE ON cases_person_set
BEGIN SELECT RAISE(ABORT, 'cases_person_set is append-only'); END;
CREATE TRIGGER cases_person_set_no_delete BEFORE DELETE ON cases_person_set
BEGIN SELECT RAISE(ABORT, 'cases_person_set is append-only'); END;
CREATE TRIGGER cases_person_set_no_replace BEFORE INSERT ON cases_person_set
WHEN EXISTS (SELECT 1 FROM cases_person_set WHERE (case_id = NEW.case_id AND person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'cases_person_set is append-only'); END;

CREATE TRIGGER cases_pool_no_update BEFORE UPDATE ON cases_pool
BEGIN SELECT RAISE(ABORT, 'cases_pool is append-only'); END;
CREATE TRIGGER cases_pool_no_delete BEFORE DELETE ON cases_pool
BEGIN SELECT RAISE(ABORT, 'cases_pool is append-only'); END;
CREATE TRIGGER cases_pool_no_replace BEFORE INSERT ON cases_pool
WHEN EXISTS (SELECT 1 FROM cases_pool WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'cases_pool is append-only'); END;

CREATE TRIGGER cases_nonce_no_update BEFORE UPDATE ON cases_nonce
BEGIN SELECT RAISE(ABORT, 'cases_nonce is append-only'); END;
CREATE TRIGGER cases_nonce_no_delete BEFORE DELETE ON cases_nonce
BEGIN SELECT RAISE(ABORT, 'cases_nonce is append-only'); END;
CREATE TRIGGER cases_nonce_no_replace BEFORE INSERT ON cases_nonce
WHEN EXISTS (SELECT 1 FROM cases_nonce WHERE commitment = NEW.commitment OR (made_at = NEW.made_at AND place = NEW.place))
BEGIN SELECT RAISE(ABORT, 'cases_nonce is append-only'); END;

CREATE TRIGGER cases_frozen_pool_no_update BEFORE UPDATE ON cases_frozen_pool
BEGIN SELECT RAISE(ABORT, 'cases_frozen_pool is append-only'); END;
CREATE TRIGGER cases_frozen_pool_no_delete BEFORE DELETE ON cases_frozen_pool
BEGIN SELECT RAISE(ABORT, 'cases_frozen_pool is append-only'); END;
CREATE TRIGGER cases_frozen_pool_no_replace BEFORE INSERT ON cases_frozen_pool
WHEN EXISTS (SELECT 1 FROM cases_frozen_pool WHERE (case_id = NEW.case_id AND member_id = NEW.member_id))
BEGIN SELECT RAISE(ABORT, 'cases_frozen_pool is append-only'); END;

CREATE TRIGGER cases_link_no_update BEFORE UPDATE ON cases_link
BEGIN SELECT RAISE(ABORT, 'cases_link is append-only'); END;
CREATE TRIGGER cases_link_no_delete BEFORE DELETE ON cases_link
BEGIN SELECT RAISE(ABORT, 'cases_link is append-only'); END;
CREATE TRIGGER cases_link_no_replace BEFORE INSERT ON cases_link
WHEN EXISTS (SELECT 1 FROM cases_link WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_link is append-only'); END;

CREATE TRIGGER cases_exclusion_no_update BEFORE UPDATE ON cases_exclusion
BEGIN SELECT RAISE(ABORT, 'cases_exclusion is append-only'); END;
CREATE TRIGGER cases_exclusion_no_delete BEFORE DELETE ON cases_exclusion
BEGIN SELECT RAISE(ABORT, 'cases_exclusion is append-only'); END;
CREATE TRIGGER cases_exclusion_no_replace BEFORE INSERT ON cases_exclusion
WHEN EXISTS (SELECT 1 FROM cases_exclusion WHERE (submission_id = NEW.submission_id AND person = NEW.person))
BEGIN SELECT RAISE(ABORT, 'cases_exclusion is append-only'); END;

CREATE TRIGGER cases_submission_no_update BEFORE UPDATE ON cases_submission
BEGIN SELECT RAISE(ABORT, 'cases_submission is append-only'); END;
CREATE TRIGGER cases_submission_no_delete BEFORE DELETE ON cases_submission
BEGIN SELECT RAISE(ABORT, 'cases_submission is append-only'); END;
CREATE TRIGGER cases_submission_no_replace BEFORE INSERT ON cases_submission
WHEN EXISTS (SELECT 1 FROM cases_submission WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_submission is append-only'); END;

CREATE TRIGGER cases_submission_item_no_update BEFORE UPDATE ON cases_submission_item
BEGIN SELECT RAISE(ABORT, 'cases_submission_item is append-only'); END;
CREATE TRIGGER cases_submission_item_no_delete BEFORE DELETE ON cases_submission_item
BEGIN SELECT RAISE(ABORT, 'cases_submission_item is append-only'); END;
CREATE TRIGGER cases_submission_item_no_replace BEFORE INSERT ON cases_submission_item
WHEN EXISTS (SELECT 1 FROM cases_submission_item WHERE (submission_id = NEW.submission_id AND item_id = NEW.item_id))
BEGIN SELECT RAISE(ABORT, 'cases_submission_item is append-only'); END;

CREATE TRIGGER cases_edge_no_update BEFORE UPDATE ON cases_edge
BEGIN SELECT RAISE(ABORT, 'cases_edge is append-only'); END;
CREATE TRIGGER cases_edge_no_delete BEFORE DELETE ON cases_edge
BEGIN SELECT RAISE(ABORT, 'cases_edge is append-only'); END;
CREATE TRIGGER cases_edge_no_replace BEFORE INSERT ON cases_edge
WHEN EXISTS (SELECT 1 FROM cases_edge WHERE (table_version = NEW.table_version AND source = NEW.source AND target = NEW.target))
BEGIN SELECT RAISE(ABORT, 'cases_edge is append-only'); END;

-- Changed by later acts, never deleted.

CREATE TRIGGER cases_gate_answer_no_delete BEFORE DELETE ON cases_gate_answer
BEGIN SELECT RAISE(ABORT, 'cases_gate_answer is never deleted'); END;
CREATE TRIGGER cases_gate_answer_no_replace BEFORE INSERT ON cases_gate_answer
WHEN EXISTS (SELECT 1 FROM cases_gate_answer WHERE (assessment_id = NEW.assessment_id AND gate = NEW.gate))
BEGIN SELECT RAISE(ABORT, 'cases_gate_answer is never deleted'); END;

CREATE TRIGGER cases_case_no_delete BEFORE DELETE ON cases_case
BEGIN SELECT RAISE(ABORT, 'cases_case is never deleted'); END;
CREATE TRIGGER cases_case_no_replace BEFORE INSERT ON cases_case
WHEN EXISTS (SELECT 1 FROM cases_case WHERE id = NEW.id OR number = NEW.number OR (year = NEW.year AND place_in_year = NEW.place_in_year))
BEGIN SELECT RAISE(ABORT, 'cases_case is never deleted'); END;

CREATE TRIGGER cases_item_no_delete BEFORE DELETE ON cases_item
BEGIN SELECT RAISE(ABORT, 'cases_item is never deleted'); END;
CREATE TRIGGER cases_item_no_replace BEFORE INSERT ON cases_item
WHEN EXISTS (SELECT 1 FROM cases_item WHERE id = NEW.id OR item_hash = NEW.item_hash)
BEGIN SELECT RAISE(ABORT, 'cases_item is never deleted'); END;

CREATE TRIGGER cases_item_assessment_no_delete BEFORE DELETE ON cases_item_assessment
BEGIN SELECT RAISE(ABORT, 'cases_item_assessment is never deleted'); END;
CREATE TRIGGER cases_item_assessment_no_replace BEFORE INSERT ON cases_item_assessment
WHEN EXISTS (SELECT 1 FROM cases_item_assessment WHERE id = NEW.id OR item_id = NEW.item_id)
BEGIN SELECT RAISE(ABORT, 'cases_item_assessment is never deleted'); END;

CREATE TRIGGER cases_upload_no_delete BEFORE DELETE ON cases_upload
BEGIN SELECT RAISE(ABORT, 'cases_upload is never deleted'); END;
CREATE TRIGGER cases_upload_no_replace BEFORE INSERT ON cases_upload
WHEN EXISTS (SELECT 1 FROM cases_upload WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_upload is never deleted'); END;

CREATE TRIGGER cases_party_no_delete BEFORE DELETE ON cases_party
BEGIN SELECT RAISE(ABORT, 'cases_party is never deleted'); END;
CREATE TRIGGER cases_party_no_replace BEFORE INSERT ON cases_party
WHEN EXISTS (SELECT 1 FROM cases_party WHERE id = NEW.id OR code_digest = NEW.code_digest)
BEGIN SELECT RAISE(ABORT, 'cases_party is never deleted'); END;

CREATE TRIGGER cases_seat_no_delete BEFORE DELETE ON cases_seat
BEGIN SELECT RAISE(ABORT, 'cases_seat is never deleted'); END;
CREATE TRIGGER cases_seat_no_replace BEFORE INSERT ON cases_seat
WHEN EXISTS (SELECT 1 FROM cases_seat WHERE id = NEW.id OR (case_id = NEW.case_id AND person = NEW.person AND role = NEW.role))
BEGIN SELECT RAISE(ABORT, 'cases_seat is never deleted'); END;

CREATE TRIGGER cases_draw_no_delete BEFORE DELETE ON cases_draw
BEGIN SELECT RAISE(ABORT, 'cases_draw is never deleted'); END;
CREATE TRIGGER cases_draw_no_replace BEFORE INSERT ON cases_draw
WHEN EXISTS (SELECT 1 FROM cases_draw WHERE id = NEW.id OR (case_id = NEW.case_id AND number = NEW.number) OR nonce_commitment = NEW.nonce_commitment)
BEGIN SELECT RAISE(ABORT, 'cases_draw is never deleted'); END;

CREATE TRIGGER cases_pool_member_no_delete BEFORE DELETE ON cases_pool_member
BEGIN SELECT RAISE(ABORT, 'cases_pool_member is never deleted'); END;
CREATE TRIGGER cases_pool_member_no_replace BEFORE INSERT ON cases_pool_member
WHEN EXISTS (SELECT 1 FROM cases_pool_member WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_pool_member is never deleted'); END;

CREATE TRIGGER cases_clock_no_delete BEFORE DELETE ON cases_clock
BEGIN SELECT RAISE(ABORT, 'cases_clock is never deleted'); END;
CREATE TRIGGER cases_clock_no_replace BEFORE INSERT ON cases_clock
WHEN EXISTS (SELECT 1 FROM cases_clock WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_clock is never deleted'); END;

CREATE TRIGGER cases_lookup_no_delete BEFORE DELETE ON cases_lookup
BEGIN SELECT RAISE(ABORT, 'cases_lookup is never deleted'); END;
CREATE TRIGGER cases_lookup_no_replace BEFORE INSERT ON cases_lookup
WHEN EXISTS (SELECT 1 FROM cases_lookup WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_lookup is never deleted'); END;

CREATE TRIGGER cases_lookup_ask_no_delete BEFORE DELETE ON cases_lookup_ask
BEGIN SELECT RAISE(ABORT, 'cases_lookup_ask is never deleted'); END;
CREATE TRIGGER cases_lookup_ask_no_replace BEFORE INSERT ON cases_lookup_ask
WHEN EXISTS (SELECT 1 FROM cases_lookup_ask WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_lookup_ask is never deleted'); END;

CREATE TRIGGER cases_identity_no_delete BEFORE DELETE ON cases_identity
BEGIN SELECT RAISE(ABORT, 'cases_identity is never deleted'); END;
CREATE TRIGGER cases_identity_no_replace BEFORE INSERT ON cases_identity
WHEN EXISTS (SELECT 1 FROM cases_identity WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'cases_identity is never deleted'); END;

CREATE TRIGGER cases_allegation_no_delete BEFORE DELETE ON cases_allegation
BEGIN SELECT RAISE(ABORT, 'cases_allegation is never deleted'); END;
CREATE TRIGGER cases_allegation_no_replace BEFORE INSERT ON cases_allegation
WHEN EXISTS (SELECT 1 FROM cases_allegation WHERE id = NEW.id OR (case_id = NEW.case_id AND number = NEW.number))
BEGIN SELECT RAISE(ABORT, 'cases_allegation is never deleted'); END;

CREATE TRIGGER cases_allegation_item_no_delete BEFORE DELETE ON cases_allegation_item
BEGIN SELECT RAISE(ABORT, 'cases_allegation_item is never deleted'); END;
CREATE TRIGGER cases_allegation_item_no_replace BEFORE INSERT ON cases_allegation_item
WHEN EXISTS (SELECT 1 FROM cases_allegation_item WHERE (allegation_id = NEW.allegation_id AND item_id = NEW.item_id))
BEGIN SELECT RAISE(ABORT, 'cases_allegation_item is never deleted'); END;

CREATE TRIGGER cases_reading_no_delete BEFORE DELETE ON cases_reading
BEGIN SELECT RAISE(ABORT, 'cases_reading is never deleted'); END;
CREATE TRIGGER cases_reading_no_replace BEFORE INSERT ON cases_reading
WHEN EXISTS (SELECT 1 FROM cases_reading WHERE (case_id = NEW.case_id AND person = NEW.person AND what = NEW.what))
BEGIN SELECT RAISE(ABORT, 'cases_reading is never deleted'); END;

CREATE TRIGGER cases_hearing_no_delete BEFORE DELETE ON cases_hearing
BEGIN SELECT RAISE(ABORT, 'cases_hearing is never deleted'); END;
CREATE TRIGGER cases_hearing_no_replace BEFORE INSERT ON cases_hearing
WHEN EXISTS (SELECT 1 FROM cases_hearing WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'cases_hearing is never deleted'); END;

CREATE TRIGGER cases_finding_no_delete BEFORE DELETE ON cases_finding
BEGIN SELECT RAISE(ABORT, 'cases_finding is never deleted'); END;
CREATE TRIGGER cases_finding_no_replace BEFORE INSERT ON cases_finding
WHEN EXISTS (SELECT 1 FROM cases_finding WHERE allegation_id = NEW.allegation_id)
BEGIN SELECT RAISE(ABORT, 'cases_finding is never deleted'); END;

CREATE TRIGGER cases_outcome_no_delete BEFORE DELETE ON cases_outcome
BEGIN SELECT RAISE(ABORT, 'cases_outcome is never deleted'); END;
CREATE TRIGGER cases_outcome_no_replace BEFORE INSERT ON cases_outcome
WHEN EXISTS (SELECT 1 FROM cases_outcome WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'cases_outcome is never deleted'); END;

CREATE TRIGGER cases_review_no_delete BEFORE DELETE ON cases_review
BEGIN SELECT RAISE(ABORT, 'cases_review is never deleted'); END;
CREATE TRIGGER cases_review_no_replace BEFORE INSERT ON cases_review
WHEN EXISTS (SELECT 1 FROM cases_review WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_review is never deleted'); END;

CREATE TRIGGER cases_decision_no_delete BEFORE DELETE ON cases_decision
BEGIN SELECT RAISE(ABORT, 'cases_decision is never deleted'); END;
CREATE TRIGGER cases_decision_no_replace BEFORE INSERT ON cases_decision
WHEN EXISTS (SELECT 1 FROM cases_decision WHERE case_id = NEW.case_id)
BEGIN SELECT RAISE(ABORT, 'cases_decision is never deleted'); END;

CREATE TRIGGER cases_contact_flag_no_delete BEFORE DELETE ON cases_contact_flag
BEGIN SELECT RAISE(ABORT, 'cases_contact_flag is never deleted'); END;
CREATE TRIGGER cases_contact_flag_no_replace BEFORE INSERT ON cases_contact_flag
WHEN EXISTS (SELECT 1 FROM cases_contact_flag WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'cases_contact_flag is never deleted'); END;

-- The edges come from the code, in a migration (cases/edges.py); nobody adds one (INV-27).

CREATE TRIGGER cases_edge_no_insert BEFORE INSERT ON cases_edge
BEGIN SELECT RAISE(ABORT, 'cases_edge comes from the code'); END;
