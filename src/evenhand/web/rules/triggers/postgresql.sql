-- PostgreSQL: a published version is never changed nor removed (INV-25). evenhand_refuse: see record/triggers.

CREATE TRIGGER rules_code_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rules_code_version
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE rules_code_version ENABLE ALWAYS TRIGGER rules_code_version_append_only;

CREATE TRIGGER rules_clause_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rules_clause
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE rules_clause ENABLE ALWAYS TRIGGER rules_clause_append_only;

CREATE TRIGGER rules_procedure_version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rules_procedure_version
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE rules_procedure_version ENABLE ALWAYS TRIGGER rules_procedure_version_append_only;

CREATE TRIGGER rules_proposal_no_delete BEFORE DELETE OR TRUNCATE ON rules_proposal
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE rules_proposal ENABLE ALWAYS TRIGGER rules_proposal_no_delete;
CREATE OR REPLACE FUNCTION rules_proposal_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF OLD.outcome IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
  OR NEW.text IS DISTINCT FROM OLD.text OR NEW.proposed_by IS DISTINCT FROM OLD.proposed_by
  OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at
  THEN RAISE EXCEPTION 'INV-06: a proposal is settled once, as it was signed'; END IF; RETURN NEW; END $$;
CREATE TRIGGER rules_proposal_settled_once BEFORE UPDATE ON rules_proposal
  FOR EACH ROW EXECUTE FUNCTION rules_proposal_settled_once();
ALTER TABLE rules_proposal ENABLE ALWAYS TRIGGER rules_proposal_settled_once;
