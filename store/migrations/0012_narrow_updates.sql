-- +goose Up

-- Each page tells what was taken from its user since the last one, also what was given back meanwhile.
DROP INDEX scope_revoked;
CREATE INDEX scope_revoked ON scope (user_id, revoked_rev) WHERE revoked_rev > 0;

-- A name is written alone, so that it costs the indices of names: a card that is derived anew costs all of them. A city is on
-- no card.
DROP TRIGGER contact_changed;
-- +goose StatementBegin
CREATE TRIGGER contact_changed AFTER UPDATE OF name ON contact
WHEN OLD.name IS NOT NEW.name
BEGIN
  UPDATE prospect_card
    SET (name, name_key) = (SELECT s.name, s.name_key FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n IN (SELECT n FROM prospect WHERE contact_id = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_changed_words AFTER UPDATE OF name, city ON contact
WHEN OLD.name IS NOT NEW.name OR OLD.city IS NOT NEW.city
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
