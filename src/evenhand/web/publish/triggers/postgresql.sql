-- PostgreSQL: a published report is never changed nor removed (INV-39). evenhand_refuse: see record/triggers.

CREATE TRIGGER publish_report_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publish_report
  FOR EACH STATEMENT EXECUTE FUNCTION evenhand_refuse('is append-only');
ALTER TABLE publish_report ENABLE ALWAYS TRIGGER publish_report_append_only;
