-- +goose Up

-- ── How many people there are ───────────────────────────────────────────────────────────────────────────────────────
-- The list of contacts shows each person once, of whom a seller has one prospect or several. To count them it would have to look
-- at every prospect, so triggers keep the number beside the cards: derived, never replicated. owner_id '*' counts everybody's.
CREATE INDEX card_contact ON prospect_card (contact_id, owner_id);

CREATE TABLE tally_contact (
  owner_id TEXT PRIMARY KEY,
  n        INTEGER NOT NULL
) WITHOUT ROWID;

-- What is counted: a person once for each seller, and once for everybody.
CREATE VIEW contact_of_card AS
SELECT DISTINCT owner_id, contact_id
FROM prospect_card
UNION ALL
SELECT DISTINCT '*', contact_id
FROM prospect_card;

INSERT INTO tally_contact (owner_id, n)
SELECT owner_id, count(*)
FROM contact_of_card
GROUP BY owner_id;

-- +goose StatementBegin
CREATE TRIGGER card_contact_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO tally_contact (owner_id, n)
    SELECT NEW.owner_id, 1
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.owner_id = NEW.owner_id
      AND c.n <> NEW.n)
    ON CONFLICT DO UPDATE SET n = n + 1;
  INSERT INTO tally_contact (owner_id, n)
    SELECT '*', 1
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.n <> NEW.n)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_contact_uncounted AFTER DELETE ON prospect_card
BEGIN
  UPDATE tally_contact
    SET n = n - 1
    WHERE owner_id = OLD.owner_id
    AND NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = OLD.contact_id
      AND c.owner_id = OLD.owner_id);
  UPDATE tally_contact
    SET n = n - 1
    WHERE owner_id = '*'
    AND NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = OLD.contact_id);
  DELETE FROM tally_contact WHERE owner_id IN (OLD.owner_id, '*') AND n = 0;
END;
-- +goose StatementEnd

-- A prospect that goes to another seller. Its contact changes only with the whole card, which is removed and made anew.
-- +goose StatementBegin
CREATE TRIGGER card_contact_moved AFTER UPDATE OF owner_id ON prospect_card
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  UPDATE tally_contact
    SET n = n - 1
    WHERE owner_id = OLD.owner_id
    AND NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = OLD.contact_id
      AND c.owner_id = OLD.owner_id);
  DELETE FROM tally_contact WHERE owner_id = OLD.owner_id AND n = 0;
  INSERT INTO tally_contact (owner_id, n)
    SELECT NEW.owner_id, 1
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.owner_id = NEW.owner_id
      AND c.n <> NEW.n)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
