-- SQLite: a published report is never changed nor removed (INV-39). `no_replace`: see record/triggers.

CREATE TRIGGER publish_report_no_update BEFORE UPDATE ON publish_report
BEGIN SELECT RAISE(ABORT, 'publish_report is append-only'); END;
CREATE TRIGGER publish_report_no_delete BEFORE DELETE ON publish_report
BEGIN SELECT RAISE(ABORT, 'publish_report is append-only'); END;
CREATE TRIGGER publish_report_no_replace BEFORE INSERT ON publish_report
WHEN EXISTS (SELECT 1 FROM publish_report WHERE id = NEW.id)
  OR (NEW.corrects_id IS NULL AND EXISTS (
    SELECT 1 FROM publish_report WHERE period = NEW.period AND corrects_id IS NULL))
  OR (NEW.corrects_id IS NOT NULL AND EXISTS (SELECT 1 FROM publish_report WHERE corrects_id = NEW.corrects_id))
BEGIN SELECT RAISE(ABORT, 'publish_report is append-only'); END;
