-- +goose Up

-- A registration writes the prospect last: until then no list has a row that these could make stale, and looking for one
-- costs less than setting up the statement that finds none.
DROP TRIGGER contact_created;
-- +goose StatementBegin
CREATE TRIGGER contact_created AFTER INSERT ON contact
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.id)
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;
-- +goose StatementEnd

DROP TRIGGER contact_phone_created;
-- +goose StatementBegin
CREATE TRIGGER contact_phone_created AFTER INSERT ON contact_phone
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

DROP TRIGGER contact_email_created;
-- +goose StatementBegin
CREATE TRIGGER contact_email_created AFTER INSERT ON contact_email
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

DROP TRIGGER submission_created;
-- +goose StatementBegin
CREATE TRIGGER submission_created AFTER INSERT ON submission
WHEN EXISTS (SELECT 1 FROM prospect WHERE id = NEW.prospect_id)
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
