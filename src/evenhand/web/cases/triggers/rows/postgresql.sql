-- PostgreSQL: rows of cases that are never changed, and rows that are never deleted (INV-07, INV-12).
-- Statement triggers see TRUNCATE; ENABLE ALWAYS binds the replica role too. evenhand_refuse: record/triggers.

CREATE TRIGGER cases_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_event
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER cases_event_append_only;

CREATE TRIGGER cases_message_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_message
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_message ENABLE ALWAYS TRIGGER cases_message_append_only;

CREATE TRIGGER cases_reply_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_reply
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_reply ENABLE ALWAYS TRIGGER cases_reply_append_only;

CREATE TRIGGER cases_vote_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_vote
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_vote ENABLE ALWAYS TRIGGER cases_vote_append_only;

CREATE TRIGGER cases_declaration_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_declaration
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_declaration ENABLE ALWAYS TRIGGER cases_declaration_append_only;

CREATE TRIGGER cases_contact_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_contact
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_contact ENABLE ALWAYS TRIGGER cases_contact_append_only;

CREATE TRIGGER cases_blind_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_blind_record
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_blind_record ENABLE ALWAYS TRIGGER cases_blind_record_append_only;

CREATE TRIGGER cases_open_record_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_open_record
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_open_record ENABLE ALWAYS TRIGGER cases_open_record_append_only;

CREATE TRIGGER cases_search_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_search
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_search ENABLE ALWAYS TRIGGER cases_search_append_only;

CREATE TRIGGER cases_person_set_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_person_set
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_person_set ENABLE ALWAYS TRIGGER cases_person_set_append_only;

CREATE TRIGGER cases_pool_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_pool
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_pool ENABLE ALWAYS TRIGGER cases_pool_append_only;

CREATE TRIGGER cases_nonce_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_nonce
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_nonce ENABLE ALWAYS TRIGGER cases_nonce_append_only;

CREATE TRIGGER cases_frozen_pool_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_frozen_pool
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_frozen_pool ENABLE ALWAYS TRIGGER cases_frozen_pool_append_only;

CREATE TRIGGER cases_link_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_link
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_link ENABLE ALWAYS TRIGGER cases_link_append_only;

CREATE TRIGGER cases_exclusion_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_exclusion
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_exclusion ENABLE ALWAYS TRIGGER cases_exclusion_append_only;

CREATE TRIGGER cases_submission_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_submission
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_submission ENABLE ALWAYS TRIGGER cases_submission_append_only;

CREATE TRIGGER cases_submission_item_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_submission_item
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_submission_item ENABLE ALWAYS TRIGGER cases_submission_item_append_only;

CREATE TRIGGER cases_edge_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cases_edge
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE cases_edge ENABLE ALWAYS TRIGGER cases_edge_append_only;

-- Changed by later acts, never deleted.

CREATE TRIGGER cases_gate_answer_no_delete BEFORE DELETE OR TRUNCATE ON cases_gate_answer
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_gate_answer ENABLE ALWAYS TRIGGER cases_gate_answer_no_delete;

CREATE TRIGGER cases_case_no_delete BEFORE DELETE OR TRUNCATE ON cases_case
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER cases_case_no_delete;

CREATE TRIGGER cases_item_no_delete BEFORE DELETE OR TRUNCATE ON cases_item
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_item ENABLE ALWAYS TRIGGER cases_item_no_delete;

CREATE TRIGGER cases_item_assessment_no_delete BEFORE DELETE OR TRUNCATE ON cases_item_assessment
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_item_assessment ENABLE ALWAYS TRIGGER cases_item_assessment_no_delete;

CREATE TRIGGER cases_upload_no_delete BEFORE DELETE OR TRUNCATE ON cases_upload
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_upload ENABLE ALWAYS TRIGGER cases_upload_no_delete;

CREATE TRIGGER cases_party_no_delete BEFORE DELETE OR TRUNCATE ON cases_party
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_party ENABLE ALWAYS TRIGGER cases_party_no_delete;

CREATE TRIGGER cases_seat_no_delete BEFORE DELETE OR TRUNCATE ON cases_seat
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_seat ENABLE ALWAYS TRIGGER cases_seat_no_delete;

CREATE TRIGGER cases_draw_no_delete BEFORE DELETE OR TRUNCATE ON cases_draw
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_draw ENABLE ALWAYS TRIGGER cases_draw_no_delete;

CREATE TRIGGER cases_pool_member_no_delete BEFORE DELETE OR TRUNCATE ON cases_pool_member
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_pool_member ENABLE ALWAYS TRIGGER cases_pool_member_no_delete;

CREATE TRIGGER cases_clock_no_delete BEFORE DELETE OR TRUNCATE ON cases_clock
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_clock ENABLE ALWAYS TRIGGER cases_clock_no_delete;

CREATE TRIGGER cases_lookup_no_delete BEFORE DELETE OR TRUNCATE ON cases_lookup
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_lookup ENABLE ALWAYS TRIGGER cases_lookup_no_delete;

CREATE TRIGGER cases_lookup_ask_no_delete BEFORE DELETE OR TRUNCATE ON cases_lookup_ask
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_lookup_ask ENABLE ALWAYS TRIGGER cases_lookup_ask_no_delete;

CREATE TRIGGER cases_identity_no_delete BEFORE DELETE OR TRUNCATE ON cases_identity
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_identity ENABLE ALWAYS TRIGGER cases_identity_no_delete;

CREATE TRIGGER cases_allegation_no_delete BEFORE DELETE OR TRUNCATE ON cases_allegation
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_allegation ENABLE ALWAYS TRIGGER cases_allegation_no_delete;

CREATE TRIGGER cases_allegation_item_no_delete BEFORE DELETE OR TRUNCATE ON cases_allegation_item
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_allegation_item ENABLE ALWAYS TRIGGER cases_allegation_item_no_delete;

CREATE TRIGGER cases_reading_no_delete BEFORE DELETE OR TRUNCATE ON cases_reading
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_reading ENABLE ALWAYS TRIGGER cases_reading_no_delete;

CREATE TRIGGER cases_hearing_no_delete BEFORE DELETE OR TRUNCATE ON cases_hearing
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_hearing ENABLE ALWAYS TRIGGER cases_hearing_no_delete;

CREATE TRIGGER cases_finding_no_delete BEFORE DELETE OR TRUNCATE ON cases_finding
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_finding ENABLE ALWAYS TRIGGER cases_finding_no_delete;

CREATE TRIGGER cases_outcome_no_delete BEFORE DELETE OR TRUNCATE ON cases_outcome
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_outcome ENABLE ALWAYS TRIGGER cases_outcome_no_delete;

CREATE TRIGGER cases_review_no_delete BEFORE DELETE OR TRUNCATE ON cases_review
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_review ENABLE ALWAYS TRIGGER cases_review_no_delete;

CREATE TRIGGER cases_decision_no_delete BEFORE DELETE OR TRUNCATE ON cases_decision
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_decision ENABLE ALWAYS TRIGGER cases_decision_no_delete;

CREATE TRIGGER cases_contact_flag_no_delete BEFORE DELETE OR TRUNCATE ON cases_contact_flag
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE cases_contact_flag ENABLE ALWAYS TRIGGER cases_contact_flag_no_delete;

-- The edges come from the code, in a migration (cases/edges.py); nobody adds one (INV-27).

CREATE TRIGGER cases_edge_no_insert BEFORE INSERT ON cases_edge
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('comes from the code');
ALTER TABLE cases_edge ENABLE ALWAYS TRIGGER cases_edge_no_insert;
