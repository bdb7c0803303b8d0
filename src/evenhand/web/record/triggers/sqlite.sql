-- SQLite triggers of the record. They bind DML only: on SQLite the application's own user may drop them, so an
-- authorizer denies DDL outside migrate and start-up compares this file with what is there.
-- `no_replace`: INSERT OR REPLACE and upserts pass a no-update, no-delete pair; a guard on existing keys does not.

CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;
CREATE TRIGGER ledger_entry_no_replace BEFORE INSERT ON ledger_entry
WHEN EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'ledger_entry is append-only'); END;

CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;
CREATE TRIGGER ledger_checkpoint_no_replace BEFORE INSERT ON ledger_checkpoint
WHEN EXISTS (SELECT 1 FROM ledger_checkpoint WHERE size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'ledger_checkpoint is append-only'); END;

CREATE TRIGGER ledger_cosignature_no_update BEFORE UPDATE ON ledger_cosignature
BEGIN SELECT RAISE(ABORT, 'ledger_cosignature is append-only'); END;
CREATE TRIGGER ledger_cosignature_no_delete BEFORE DELETE ON ledger_cosignature
BEGIN SELECT RAISE(ABORT, 'ledger_cosignature is append-only'); END;
CREATE TRIGGER ledger_cosignature_no_replace BEFORE INSERT ON ledger_cosignature
WHEN EXISTS (SELECT 1 FROM ledger_cosignature WHERE (size = NEW.size AND key_name = NEW.key_name AND key_id = NEW.key_id))
BEGIN SELECT RAISE(ABORT, 'ledger_cosignature is append-only'); END;

CREATE TRIGGER record_no_update BEFORE UPDATE ON record
BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
-- A document goes only with its lawful erasure, which two people signed and the log holds (vault_erased_leaf).
CREATE TRIGGER record_no_delete BEFORE DELETE ON record
WHEN NOT EXISTS (SELECT 1 FROM vault_erased_leaf WHERE seq = OLD.seq)
BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;
CREATE TRIGGER record_no_replace BEFORE INSERT ON record
WHEN EXISTS (SELECT 1 FROM record WHERE id = NEW.id OR seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'record is append-only'); END;

CREATE TRIGGER read_row_no_update BEFORE UPDATE ON read_row
BEGIN SELECT RAISE(ABORT, 'read_row is append-only'); END;
CREATE TRIGGER read_row_no_delete BEFORE DELETE ON read_row
BEGIN SELECT RAISE(ABORT, 'read_row is append-only'); END;
CREATE TRIGGER read_row_no_replace BEFORE INSERT ON read_row
WHEN EXISTS (SELECT 1 FROM read_row WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'read_row is append-only'); END;

CREATE TRIGGER read_window_row_no_update BEFORE UPDATE ON read_window_row
BEGIN SELECT RAISE(ABORT, 'read_window_row is append-only'); END;
CREATE TRIGGER read_window_row_no_delete BEFORE DELETE ON read_window_row
BEGIN SELECT RAISE(ABORT, 'read_window_row is append-only'); END;
CREATE TRIGGER read_window_row_no_replace BEFORE INSERT ON read_window_row
WHEN EXISTS (SELECT 1 FROM read_window_row WHERE row = NEW.row)
BEGIN SELECT RAISE(ABORT, 'read_window_row is append-only'); END;

CREATE TRIGGER counting_row_no_update BEFORE UPDATE ON counting_row
BEGIN SELECT RAISE(ABORT, 'counting_row is append-only'); END;
CREATE TRIGGER counting_row_no_delete BEFORE DELETE ON counting_row
BEGIN SELECT RAISE(ABORT, 'counting_row is append-only'); END;
CREATE TRIGGER counting_row_no_replace BEFORE INSERT ON counting_row
WHEN EXISTS (SELECT 1 FROM counting_row WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'counting_row is append-only'); END;

-- Erasable, never changed.

CREATE TRIGGER opening_no_update BEFORE UPDATE ON opening
BEGIN SELECT RAISE(ABORT, 'opening never changes'); END;
CREATE TRIGGER opening_no_replace BEFORE INSERT ON opening
WHEN EXISTS (SELECT 1 FROM opening WHERE (seq = NEW.seq AND field = NEW.field))
BEGIN SELECT RAISE(ABORT, 'opening never changes'); END;

CREATE TRIGGER sealed_text_no_update BEFORE UPDATE ON sealed_text
BEGIN SELECT RAISE(ABORT, 'sealed_text never changes'); END;
CREATE TRIGGER sealed_text_no_replace BEFORE INSERT ON sealed_text
WHEN EXISTS (SELECT 1 FROM sealed_text WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'sealed_text never changes'); END;

-- Grow only.
CREATE TRIGGER ledger_tile_grows BEFORE UPDATE ON ledger_tile
WHEN NEW.level <> OLD.level OR NEW.idx <> OLD.idx OR length(NEW.hashes) <= length(OLD.hashes)
  OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'ledger_tile only grows'); END;
CREATE TRIGGER ledger_tile_no_delete BEFORE DELETE ON ledger_tile
BEGIN SELECT RAISE(ABORT, 'ledger_tile only grows'); END;
CREATE TRIGGER ledger_tile_no_replace BEFORE INSERT ON ledger_tile
WHEN EXISTS (SELECT 1 FROM ledger_tile WHERE level = NEW.level AND idx = NEW.idx)
BEGIN SELECT RAISE(ABORT, 'ledger_tile only grows'); END;
CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head
WHEN NEW.id <> OLD.id OR NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'ledger_head only grows'); END;
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head
BEGIN SELECT RAISE(ABORT, 'ledger_head only grows'); END;
CREATE TRIGGER ledger_head_no_replace BEFORE INSERT ON ledger_head
WHEN EXISTS (SELECT 1 FROM ledger_head WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'ledger_head only grows'); END;
