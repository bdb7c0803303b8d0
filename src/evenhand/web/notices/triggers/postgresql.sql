-- Letters and what became of them are never changed nor removed (INV-12, INV-36 in their kind): see the record's triggers.

CREATE TRIGGER notices_letter_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notices_letter
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE notices_letter ENABLE ALWAYS TRIGGER notices_letter_append_only;

CREATE TRIGGER notices_attempt_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notices_attempt
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE notices_attempt ENABLE ALWAYS TRIGGER notices_attempt_append_only;

CREATE TRIGGER notices_accepted_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notices_accepted
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE notices_accepted ENABLE ALWAYS TRIGGER notices_accepted_append_only;

CREATE TRIGGER notices_service_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notices_service
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE notices_service ENABLE ALWAYS TRIGGER notices_service_append_only;
