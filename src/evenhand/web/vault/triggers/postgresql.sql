-- PostgreSQL: nothing of the vault is deleted; an original's bytes, key and times never change; two people stay two.
-- evenhand_refuse: record/triggers.

CREATE TRIGGER vault_object_no_delete BEFORE DELETE OR TRUNCATE ON vault_object
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE vault_object ENABLE ALWAYS TRIGGER vault_object_no_delete;
CREATE OR REPLACE FUNCTION vault_object_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.blob IS DISTINCT FROM OLD.blob
    OR NEW.name IS DISTINCT FROM OLD.name OR NEW.digest IS DISTINCT FROM OLD.digest
    OR NEW.size IS DISTINCT FROM OLD.size OR NEW.source_id IS DISTINCT FROM OLD.source_id
    OR NEW.method IS DISTINCT FROM OLD.method OR NEW.received_at IS DISTINCT FROM OLD.received_at
    OR (OLD.state = 'erased' AND NEW.state <> 'erased') OR (OLD.state = 'restricted' AND NEW.state = 'open')
  THEN RAISE EXCEPTION 'a file of the vault never changes'; END IF; RETURN NEW; END $$;
CREATE TRIGGER vault_object_stays BEFORE UPDATE ON vault_object FOR EACH ROW EXECUTE FUNCTION vault_object_stays();
ALTER TABLE vault_object ENABLE ALWAYS TRIGGER vault_object_stays;

CREATE TRIGGER vault_alarm_no_delete BEFORE DELETE OR TRUNCATE ON vault_alarm
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE vault_alarm ENABLE ALWAYS TRIGGER vault_alarm_no_delete;

CREATE TRIGGER vault_hold_no_delete BEFORE DELETE OR TRUNCATE ON vault_hold
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE vault_hold ENABLE ALWAYS TRIGGER vault_hold_no_delete;
CREATE OR REPLACE FUNCTION vault_hold_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.kind IS DISTINCT FROM OLD.kind OR NEW.target IS DISTINCT FROM OLD.target
    OR NEW.asked_by IS DISTINCT FROM OLD.asked_by
    OR (OLD.placed_at IS NOT NULL AND (NEW.placed_at IS DISTINCT FROM OLD.placed_at
      OR NEW.placed_by IS DISTINCT FROM OLD.placed_by))
    OR OLD.released_at IS NOT NULL
  THEN RAISE EXCEPTION 'T22: a hold stays as two people placed it'; END IF; RETURN NEW; END $$;
CREATE TRIGGER vault_hold_stays BEFORE UPDATE ON vault_hold FOR EACH ROW EXECUTE FUNCTION vault_hold_stays();
ALTER TABLE vault_hold ENABLE ALWAYS TRIGGER vault_hold_stays;

CREATE TRIGGER vault_erasure_no_delete BEFORE DELETE OR TRUNCATE ON vault_erasure
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is never deleted');
ALTER TABLE vault_erasure ENABLE ALWAYS TRIGGER vault_erasure_no_delete;
CREATE OR REPLACE FUNCTION vault_erasure_unheld() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NEW.why <> 'lawful_destruction' AND EXISTS (
    SELECT 1 FROM vault_hold h WHERE h.placed_at IS NOT NULL AND h.released_at IS NULL AND (h.target = NEW.target
      OR h.target IN (SELECT o."case" FROM vault_object o WHERE o.id = NEW.target AND o."case" IS NOT NULL)
      OR h.target IN (SELECT o.id FROM vault_object o WHERE o."case" = NEW.target)))
  THEN RAISE EXCEPTION 'T22: what is held is not erased'; END IF; RETURN NEW; END $$;
CREATE TRIGGER vault_erasure_unheld BEFORE INSERT ON vault_erasure FOR EACH ROW EXECUTE FUNCTION vault_erasure_unheld();
ALTER TABLE vault_erasure ENABLE ALWAYS TRIGGER vault_erasure_unheld;

CREATE TRIGGER vault_erased_key_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_erased_key
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE vault_erased_key ENABLE ALWAYS TRIGGER vault_erased_key_append_only;

CREATE TRIGGER vault_erased_leaf_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_erased_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE vault_erased_leaf ENABLE ALWAYS TRIGGER vault_erased_leaf_append_only;

-- From the first line of an erasure nothing is written under its keys: it could never be read, and no leaf would say why.
CREATE OR REPLACE FUNCTION vault_nothing_under_erased_key() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT 1 FROM vault_erased_key k WHERE k.key = NEW.key_id AND NOT k.of_file)
  THEN RAISE EXCEPTION 'what this belongs to was erased: nothing is written under its key'; END IF; RETURN NEW; END $$;
CREATE TRIGGER vault_nothing_under_erased_key BEFORE INSERT ON record
  FOR EACH ROW EXECUTE FUNCTION vault_nothing_under_erased_key();
ALTER TABLE record ENABLE ALWAYS TRIGGER vault_nothing_under_erased_key;
