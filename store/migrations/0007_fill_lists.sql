-- +goose Up

-- While a replica is filled for the first time its prospects come in all at once, and their lists are derived afterwards in
-- one go, their words when the fill has been answered. A row here, inside that one transaction, keeps the trigger quiet.
CREATE TABLE filling (one INTEGER PRIMARY KEY);

DROP TRIGGER prospect_created;
-- +goose StatementBegin
CREATE TRIGGER prospect_created AFTER INSERT ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at
    FROM prospect_card_source
    WHERE n = NEW.n;
  INSERT INTO prospect_search (rowid, owner, name, phone, email, text)
    SELECT n, owner, name, phone, email, text
    FROM prospect_search_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

-- Prospects that this computer has made itself, and the host does not know yet, have their card.
INSERT INTO derived (position, stale, sql) VALUES
  (4, 'filling', 'INSERT INTO main.stale_search (n)
    SELECT n
    FROM main.prospect
    WHERE deleted = 0
    AND n NOT IN (SELECT n FROM main.prospect_card)
    ORDER BY n'),
  (5, 'filling', 'INSERT INTO main.prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at
    FROM main.prospect_card_source
    WHERE n NOT IN (SELECT n FROM main.prospect_card)
    ORDER BY n'),
  (6, 'filling', 'DELETE FROM main.filling');

-- +goose Down
-- Migrations go forward only.
