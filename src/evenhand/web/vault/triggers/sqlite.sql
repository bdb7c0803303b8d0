-- SQLite: nothing of the vault is deleted; an original's bytes, key and times never change; two people stay two.

CREATE TRIGGER vault_object_no_delete BEFORE DELETE ON vault_object
BEGIN SELECT RAISE(ABORT, 'vault_object is never deleted'); END;
CREATE TRIGGER vault_object_no_replace BEFORE INSERT ON vault_object
WHEN EXISTS (SELECT 1 FROM vault_object WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'vault_object is never deleted'); END;
CREATE TRIGGER vault_object_stays BEFORE UPDATE ON vault_object
WHEN NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key OR NEW.blob IS NOT OLD.blob OR NEW.name IS NOT OLD.name
  OR NEW.digest IS NOT OLD.digest OR NEW.size IS NOT OLD.size OR NEW.source_id IS NOT OLD.source_id
  OR NEW.method IS NOT OLD.method OR NEW.received_at IS NOT OLD.received_at
  OR (OLD.state = 'erased' AND NEW.state <> 'erased') OR (OLD.state = 'restricted' AND NEW.state = 'open')
BEGIN SELECT RAISE(ABORT, 'a file of the vault never changes'); END;

CREATE TRIGGER vault_alarm_no_delete BEFORE DELETE ON vault_alarm
BEGIN SELECT RAISE(ABORT, 'vault_alarm is never deleted'); END;
CREATE TRIGGER vault_alarm_no_replace BEFORE INSERT ON vault_alarm
WHEN EXISTS (SELECT 1 FROM vault_alarm WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'vault_alarm is never deleted'); END;

CREATE TRIGGER vault_hold_no_delete BEFORE DELETE ON vault_hold
BEGIN SELECT RAISE(ABORT, 'vault_hold is never deleted'); END;
CREATE TRIGGER vault_hold_no_replace BEFORE INSERT ON vault_hold
WHEN EXISTS (SELECT 1 FROM vault_hold WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'vault_hold is never deleted'); END;
CREATE TRIGGER vault_hold_stays BEFORE UPDATE ON vault_hold
WHEN NEW.kind IS NOT OLD.kind OR NEW.target IS NOT OLD.target OR NEW.asked_by IS NOT OLD.asked_by
  OR (OLD.placed_at IS NOT NULL AND (NEW.placed_at IS NOT OLD.placed_at OR NEW.placed_by IS NOT OLD.placed_by))
  OR OLD.released_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'T22: a hold stays as two people placed it'); END;

CREATE TRIGGER vault_erasure_no_delete BEFORE DELETE ON vault_erasure
BEGIN SELECT RAISE(ABORT, 'vault_erasure is never deleted'); END;
CREATE TRIGGER vault_erasure_no_replace BEFORE INSERT ON vault_erasure
WHEN EXISTS (SELECT 1 FROM vault_erasure WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'vault_erasure is never deleted'); END;
CREATE TRIGGER vault_erasure_unheld BEFORE INSERT ON vault_erasure
WHEN NEW.why <> 'lawful_destruction' AND EXISTS (
  SELECT 1 FROM vault_hold h WHERE h.placed_at IS NOT NULL AND h.released_at IS NULL AND (h.target = NEW.target
    OR h.target IN (SELECT o."case" FROM vault_object o WHERE o.id = NEW.target AND o."case" IS NOT NULL)
    OR h.target IN (SELECT o.id FROM vault_object o WHERE o."case" = NEW.target)))
BEGIN SELECT RAISE(ABORT, 'T22: what is held is not erased'); END;

CREATE TRIGGER vault_erased_key_no_delete BEFORE DELETE ON vault_erased_key
BEGIN SELECT RAISE(ABORT, 'vault_erased_key is never deleted'); END;
CREATE TRIGGER vault_erased_key_no_update BEFORE UPDATE ON vault_erased_key
BEGIN SELECT RAISE(ABORT, 'vault_erased_key never changes'); END;
CREATE TRIGGER vault_erased_key_no_replace BEFORE INSERT ON vault_erased_key
WHEN EXISTS (SELECT 1 FROM vault_erased_key WHERE key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'vault_erased_key never changes'); END;

CREATE TRIGGER vault_erased_leaf_no_delete BEFORE DELETE ON vault_erased_leaf
BEGIN SELECT RAISE(ABORT, 'vault_erased_leaf is never deleted'); END;
CREATE TRIGGER vault_erased_leaf_no_update BEFORE UPDATE ON vault_erased_leaf
BEGIN SELECT RAISE(ABORT, 'vault_erased_leaf never changes'); END;
CREATE TRIGGER vault_erased_leaf_no_replace BEFORE INSERT ON vault_erased_leaf
WHEN EXISTS (SELECT 1 FROM vault_erased_leaf WHERE seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'vault_erased_leaf never changes'); END;

-- From the first line of an erasure nothing is written under its keys: it could never be read, and no leaf would say why.
CREATE TRIGGER vault_nothing_under_erased_key BEFORE INSERT ON record
WHEN EXISTS (SELECT 1 FROM vault_erased_key k WHERE k.key = NEW.key_id AND NOT k.of_file)
BEGIN SELECT RAISE(ABORT, 'what this belongs to was erased: nothing is written under its key'); END;
