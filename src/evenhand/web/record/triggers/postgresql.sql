-- PostgreSQL triggers of the record. Statement triggers, because row triggers do not see TRUNCATE; ENABLE ALWAYS,
-- because the replica role skips ordinary ones. ON CONFLICT DO UPDATE fires the update trigger before any row.
CREATE OR REPLACE FUNCTION evenhand_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% %', TG_TABLE_NAME, TG_ARGV[0]; END $$;
CREATE OR REPLACE FUNCTION evenhand_tile_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.level <> OLD.level OR NEW.idx <> OLD.idx OR length(NEW.hashes) <= length(OLD.hashes)
     OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
  THEN RAISE EXCEPTION 'ledger_tile only grows'; END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION evenhand_head_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.size <= OLD.size THEN RAISE EXCEPTION 'ledger_head only grows'; END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_append_only;

CREATE TRIGGER ledger_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE ledger_checkpoint ENABLE ALWAYS TRIGGER ledger_checkpoint_append_only;

CREATE TRIGGER ledger_cosignature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE ledger_cosignature ENABLE ALWAYS TRIGGER ledger_cosignature_append_only;

CREATE TRIGGER record_append_only BEFORE UPDATE OR TRUNCATE ON record
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE record ENABLE ALWAYS TRIGGER record_append_only;
-- A document goes only with its lawful erasure, which two people signed and the log holds (vault_erased_leaf).
CREATE OR REPLACE FUNCTION record_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM vault_erased_leaf WHERE seq = OLD.seq)
  THEN RAISE EXCEPTION 'record is append-only'; END IF; RETURN OLD; END $$;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record FOR EACH ROW EXECUTE FUNCTION record_no_delete();
ALTER TABLE record ENABLE ALWAYS TRIGGER record_no_delete;

CREATE TRIGGER read_row_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON read_row
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE read_row ENABLE ALWAYS TRIGGER read_row_append_only;

CREATE TRIGGER read_window_row_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON read_window_row
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE read_window_row ENABLE ALWAYS TRIGGER read_window_row_append_only;

CREATE TRIGGER counting_row_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON counting_row
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE counting_row ENABLE ALWAYS TRIGGER counting_row_append_only;

-- Erasable row by row, never changed.

CREATE TRIGGER opening_no_change BEFORE UPDATE OR TRUNCATE ON opening
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('never changes');
ALTER TABLE opening ENABLE ALWAYS TRIGGER opening_no_change;

CREATE TRIGGER sealed_text_no_change BEFORE UPDATE OR TRUNCATE ON sealed_text
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('never changes');
ALTER TABLE sealed_text ENABLE ALWAYS TRIGGER sealed_text_no_change;

-- Grow only.

CREATE TRIGGER ledger_tile_no_delete BEFORE DELETE OR TRUNCATE ON ledger_tile
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('only grows');
ALTER TABLE ledger_tile ENABLE ALWAYS TRIGGER ledger_tile_no_delete;
CREATE TRIGGER ledger_tile_grows BEFORE UPDATE ON ledger_tile
  FOR EACH ROW EXECUTE FUNCTION evenhand_tile_grows();
ALTER TABLE ledger_tile ENABLE ALWAYS TRIGGER ledger_tile_grows;

CREATE TRIGGER ledger_head_no_delete BEFORE DELETE OR TRUNCATE ON ledger_head
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('only grows');
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_no_delete;
CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head
  FOR EACH ROW EXECUTE FUNCTION evenhand_head_grows();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_grows;
