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

-- Who counts a card, or counts it no more, says so here: its person comes or goes for the seller, and for everybody, unless another
-- card holds them too. Nobody reads it.
CREATE VIEW counted_contact AS
SELECT owner_id, contact_id, n AS card, 0 AS times
FROM prospect_card;

-- +goose StatementBegin
CREATE TRIGGER counted_contact_added INSTEAD OF INSERT ON counted_contact
BEGIN
  INSERT INTO tally_contact (owner_id, n)
    SELECT NEW.owner_id, NEW.times
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.owner_id = NEW.owner_id
      AND c.n <> NEW.card)
    UNION ALL
    SELECT '*', NEW.times
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.n <> NEW.card)
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd

-- A count of nothing is no row.
-- +goose StatementBegin
CREATE TRIGGER tally_contact_emptied AFTER UPDATE OF n ON tally_contact WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_contact WHERE owner_id = NEW.owner_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_contact_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (NEW.owner_id, NEW.contact_id, NEW.n, 1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_contact_uncounted AFTER DELETE ON prospect_card
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (OLD.owner_id, OLD.contact_id, OLD.n, -1);
END;
-- +goose StatementEnd

-- A prospect that goes to another seller. Its contact changes only with the whole card, which is removed and made anew.
-- +goose StatementBegin
CREATE TRIGGER card_contact_moved AFTER UPDATE OF owner_id ON prospect_card
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (OLD.owner_id, OLD.contact_id, OLD.n, -1);
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (NEW.owner_id, NEW.contact_id, NEW.n, 1);
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
