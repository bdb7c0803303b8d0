-- Letters and what became of them are never changed nor removed (INV-12, INV-36 in their kind): see the record's triggers.

CREATE TRIGGER notices_letter_no_update BEFORE UPDATE ON notices_letter
BEGIN SELECT RAISE(ABORT, 'notices_letter is append-only'); END;
CREATE TRIGGER notices_letter_no_delete BEFORE DELETE ON notices_letter
BEGIN SELECT RAISE(ABORT, 'notices_letter is append-only'); END;
CREATE TRIGGER notices_letter_no_replace BEFORE INSERT ON notices_letter
WHEN EXISTS (SELECT 1 FROM notices_letter WHERE id = NEW.id OR check_digest = NEW.check_digest OR document = NEW.document)
BEGIN SELECT RAISE(ABORT, 'notices_letter is append-only'); END;

CREATE TRIGGER notices_attempt_no_update BEFORE UPDATE ON notices_attempt
BEGIN SELECT RAISE(ABORT, 'notices_attempt is append-only'); END;
CREATE TRIGGER notices_attempt_no_delete BEFORE DELETE ON notices_attempt
BEGIN SELECT RAISE(ABORT, 'notices_attempt is append-only'); END;
CREATE TRIGGER notices_attempt_no_replace BEFORE INSERT ON notices_attempt
WHEN EXISTS (SELECT 1 FROM notices_attempt WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'notices_attempt is append-only'); END;

CREATE TRIGGER notices_accepted_no_update BEFORE UPDATE ON notices_accepted
BEGIN SELECT RAISE(ABORT, 'notices_accepted is append-only'); END;
CREATE TRIGGER notices_accepted_no_delete BEFORE DELETE ON notices_accepted
BEGIN SELECT RAISE(ABORT, 'notices_accepted is append-only'); END;
CREATE TRIGGER notices_accepted_no_replace BEFORE INSERT ON notices_accepted
WHEN EXISTS (SELECT 1 FROM notices_accepted WHERE attempt_id = NEW.attempt_id)
BEGIN SELECT RAISE(ABORT, 'notices_accepted is append-only'); END;

CREATE TRIGGER notices_service_no_update BEFORE UPDATE ON notices_service
BEGIN SELECT RAISE(ABORT, 'notices_service is append-only'); END;
CREATE TRIGGER notices_service_no_delete BEFORE DELETE ON notices_service
BEGIN SELECT RAISE(ABORT, 'notices_service is append-only'); END;
CREATE TRIGGER notices_service_no_replace BEFORE INSERT ON notices_service
WHEN EXISTS (SELECT 1 FROM notices_service WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'notices_service is append-only'); END;
