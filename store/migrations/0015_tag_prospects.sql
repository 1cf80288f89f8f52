-- +goose Up

-- ── Tags ────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The words are the whole office's and its administrators'; which prospect bears which goes where the prospect goes. Two
-- computers may put the same tag on a prospect: it bears it once, and loses it with all its rows.
CREATE TABLE tag (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  color       TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE TABLE prospect_tag (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  tag_id      TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX prospect_tag_prospect ON prospect_tag (prospect_id, tag_id);
CREATE INDEX prospect_tag_rev ON prospect_tag (rev);
INSERT INTO entity (name, root, roots, append_only) VALUES
  ('tag',          '*',           '', 0),
  ('prospect_tag', 'prospect_id', '', 0);

-- ── Cards know the campaign and why somebody was discarded, to be entered by either ──────────────────────────────────
ALTER TABLE prospect_card ADD COLUMN campaign_id TEXT NOT NULL DEFAULT '';
ALTER TABLE prospect_card ADD COLUMN reason_id TEXT NOT NULL DEFAULT '';

DROP VIEW prospect_card_source;
CREATE VIEW prospect_card_source AS
SELECT
  p.n,
  p.id AS prospect_id,
  p.contact_id,
  p.owner_id,
  c.name,
  CASE WHEN c.name = '' THEN char(0x10FFFD) ELSE lower(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(c.name,
    'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n~'),
    'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n~'),
    'à', 'a'), 'è', 'e'), 'ò', 'o'), 'ä', 'a'), 'ö', 'o'), 'ç', 'c'),
    'â', 'a'), 'ê', 'e'), 'ã', 'a'), char(0x301), ''), char(0x308), ''), char(0x303), '~'))
  END AS name_key,
  coalesce((
    SELECT CASE WHEN h.e164 <> '' THEN h.e164 ELSE h.raw END
    FROM contact_phone h
    WHERE h.contact_id = p.contact_id
    AND h.deleted = 0
    ORDER BY h.e164 = '', h.position, h.id
    LIMIT 1), '') AS phone,
  p.stage_id,
  p.status,
  p.temperature,
  p.status NOT IN ('discarded', 'closed') AS is_open,
  p.source,
  p.form_id,
  p.form_name,
  p.campaign_name,
  p.lead_at,
  p.received_at,
  p.attended_at,
  coalesce(a.due_at, a.due_on) AS next_at,
  a.kind AS next_kind,
  a.id AS next_id,
  (
    SELECT max(d.done_at)
    FROM activity d
    WHERE d.prospect_id = p.id
    AND d.deleted = 0) AS last_activity_at,
  p.campaign_id,
  p.reason_id
FROM prospect p
JOIN contact c ON c.id = p.contact_id
LEFT JOIN activity a ON a.id = (
  SELECT o.id
  FROM activity o
  WHERE o.prospect_id = p.id
  AND o.deleted = 0
  AND o.done_at IS NULL
  AND (o.due_at IS NOT NULL OR o.due_on IS NOT NULL)
  ORDER BY coalesce(o.due_at, o.due_on), o.id
  LIMIT 1)
WHERE p.deleted = 0;

UPDATE prospect_card
  SET (campaign_id, reason_id) = (SELECT p.campaign_id, p.reason_id FROM prospect p WHERE p.n = prospect_card.n)
  WHERE n IN (SELECT n FROM prospect WHERE campaign_id <> '' OR reason_id <> '');
CREATE INDEX card_campaign ON prospect_card (campaign_id, is_open, lead_at, n, form_id) WHERE campaign_id <> '';
DROP INDEX card_form;
CREATE INDEX card_form ON prospect_card (form_id, is_open, lead_at, n, campaign_id) WHERE form_id <> '';
DROP INDEX card_owner_lead;
CREATE INDEX card_owner_lead ON prospect_card (owner_id, is_open, lead_at, n, stage_id, status, form_id, campaign_id);
CREATE INDEX card_reason ON prospect_card (reason_id, lead_at) WHERE reason_id <> ''; -- only who is discarded has one

DROP TRIGGER stale_card_derived;
-- +goose StatementBegin
CREATE TRIGGER stale_card_derived INSTEAD OF INSERT ON stale_card
BEGIN
  DELETE FROM prospect_card WHERE n = NEW.n;
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id
    FROM prospect_card_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

DROP TRIGGER prospect_created;
-- +goose StatementBegin
CREATE TRIGGER prospect_created AFTER INSERT ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id
    FROM prospect_card_source
    WHERE n = NEW.n;
  INSERT INTO prospect_search (rowid, owner, name, phone, email, text)
    SELECT n, owner, name, phone, email, text
    FROM prospect_search_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

UPDATE derived
  SET sql = 'INSERT INTO main.prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id
    FROM main.prospect_card_source
    WHERE n NOT IN (SELECT n FROM main.prospect_card)
    ORDER BY n'
  WHERE position = 5;

-- +goose StatementBegin
CREATE TRIGGER prospect_reason_changed AFTER UPDATE OF reason_id ON prospect
WHEN OLD.reason_id <> NEW.reason_id
BEGIN
  UPDATE prospect_card SET reason_id = NEW.reason_id WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_campaign_changed AFTER UPDATE OF campaign_id ON prospect
WHEN OLD.campaign_id <> NEW.campaign_id
BEGIN
  UPDATE prospect_card SET campaign_id = NEW.campaign_id WHERE n = NEW.n;
END;
-- +goose StatementEnd

-- ── Derived: the prospects that bear a tag, in the order of lists ────────────────────────────────────────────────────
CREATE TABLE card_tag (
  n       INTEGER NOT NULL,
  tag_id  TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  lead_at TEXT NOT NULL,
  PRIMARY KEY (n, tag_id)
) WITHOUT ROWID;
CREATE INDEX card_tag_lead ON card_tag (tag_id, is_open, lead_at, n);

-- No OR IGNORE in these triggers: the conflict clause of the statement that fires them takes its place, and a replica writes
-- rows with ON CONFLICT DO UPDATE, under which a prospect that bears a tag twice would end the page.

-- +goose StatementBegin
CREATE TRIGGER card_created_tags AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT DISTINCT NEW.n, t.tag_id, NEW.is_open, NEW.lead_at
    FROM prospect_tag t
    WHERE t.prospect_id = NEW.prospect_id
    AND t.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = NEW.n AND k.tag_id = t.tag_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER card_changed_tags AFTER UPDATE OF is_open, lead_at ON prospect_card
BEGIN
  UPDATE card_tag SET is_open = NEW.is_open, lead_at = NEW.lead_at WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER card_removed_tags AFTER DELETE ON prospect_card
BEGIN
  DELETE FROM card_tag WHERE n = OLD.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_tag_created AFTER INSERT ON prospect_tag
BEGIN
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT c.n, NEW.tag_id, c.is_open, c.lead_at
    FROM prospect p
    JOIN prospect_card c ON c.n = p.n
    WHERE p.id = NEW.prospect_id
    AND NEW.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = c.n AND k.tag_id = NEW.tag_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_tag_changed AFTER UPDATE OF deleted, tag_id, prospect_id ON prospect_tag
BEGIN
  DELETE FROM card_tag
    WHERE n = (SELECT p.n FROM prospect p WHERE p.id = OLD.prospect_id)
    AND tag_id = OLD.tag_id;
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT DISTINCT c.n, t.tag_id, c.is_open, c.lead_at
    FROM prospect_tag t
    JOIN prospect p ON p.id = t.prospect_id
    JOIN prospect_card c ON c.n = p.n
    WHERE t.prospect_id IN (OLD.prospect_id, NEW.prospect_id)
    AND t.tag_id IN (OLD.tag_id, NEW.tag_id)
    AND t.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = c.n AND k.tag_id = t.tag_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_tag_forgotten AFTER DELETE ON prospect_tag
BEGIN
  DELETE FROM card_tag
    WHERE n = (SELECT p.n FROM prospect p WHERE p.id = OLD.prospect_id)
    AND tag_id = OLD.tag_id
    AND NOT EXISTS (
      SELECT 1
      FROM prospect_tag t
      WHERE t.prospect_id = OLD.prospect_id
      AND t.tag_id = OLD.tag_id
      AND t.deleted = 0);
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
