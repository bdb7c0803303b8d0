-- SQLite: a published version is never changed nor removed (INV-25). `no_replace`: see record/triggers.

CREATE TRIGGER rules_code_version_no_update BEFORE UPDATE ON rules_code_version
BEGIN SELECT RAISE(ABORT, 'rules_code_version is append-only'); END;
CREATE TRIGGER rules_code_version_no_delete BEFORE DELETE ON rules_code_version
BEGIN SELECT RAISE(ABORT, 'rules_code_version is append-only'); END;
CREATE TRIGGER rules_code_version_no_replace BEFORE INSERT ON rules_code_version
WHEN EXISTS (SELECT 1 FROM rules_code_version WHERE id = NEW.id OR (slug = NEW.slug AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'rules_code_version is append-only'); END;

CREATE TRIGGER rules_clause_no_update BEFORE UPDATE ON rules_clause
BEGIN SELECT RAISE(ABORT, 'rules_clause is append-only'); END;
CREATE TRIGGER rules_clause_no_delete BEFORE DELETE ON rules_clause
BEGIN SELECT RAISE(ABORT, 'rules_clause is append-only'); END;
CREATE TRIGGER rules_clause_no_replace BEFORE INSERT ON rules_clause
WHEN EXISTS (SELECT 1 FROM rules_clause WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'rules_clause is append-only'); END;

CREATE TRIGGER rules_procedure_version_no_update BEFORE UPDATE ON rules_procedure_version
BEGIN SELECT RAISE(ABORT, 'rules_procedure_version is append-only'); END;
CREATE TRIGGER rules_procedure_version_no_delete BEFORE DELETE ON rules_procedure_version
BEGIN SELECT RAISE(ABORT, 'rules_procedure_version is append-only'); END;
CREATE TRIGGER rules_procedure_version_no_replace BEFORE INSERT ON rules_procedure_version
WHEN EXISTS (SELECT 1 FROM rules_procedure_version WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'rules_procedure_version is append-only'); END;

CREATE TRIGGER rules_proposal_no_delete BEFORE DELETE ON rules_proposal
BEGIN SELECT RAISE(ABORT, 'rules_proposal is never deleted'); END;
CREATE TRIGGER rules_proposal_no_replace BEFORE INSERT ON rules_proposal
WHEN EXISTS (SELECT 1 FROM rules_proposal WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'rules_proposal is never deleted'); END;
CREATE TRIGGER rules_proposal_settled_once BEFORE UPDATE ON rules_proposal
WHEN OLD.outcome IS NOT NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
  OR NEW.text IS DISTINCT FROM OLD.text OR NEW.proposed_by IS DISTINCT FROM OLD.proposed_by
  OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at
BEGIN SELECT RAISE(ABORT, 'INV-06: a proposal is settled once, as it was signed'); END;
