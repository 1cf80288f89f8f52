-- +goose Up

-- What a prospect must have before it comes to a stage, and where the prospects of an archived stage go.
ALTER TABLE stage ADD COLUMN requires TEXT NOT NULL DEFAULT '[]';    -- JSON: crm's requirements
ALTER TABLE stage ADD COLUMN successor_id TEXT NOT NULL DEFAULT '';

-- Since when a person is not to be contacted, on any of their prospects.
ALTER TABLE contact ADD COLUMN opposed_at TEXT;
CREATE INDEX contact_opposed ON contact (id) WHERE opposed_at IS NOT NULL;

-- Who had said so until now had it as the reason why a prospect was discarded.
UPDATE contact
  SET opposed_at = (
    SELECT coalesce(max(e.at), p.created_at)
    FROM prospect p
    JOIN discard_reason r ON r.id = p.reason_id AND r.opposition = 1
    LEFT JOIN event e ON e.prospect_id = p.id AND e.kind = 'opposition' AND e.deleted = 0
    WHERE p.contact_id = contact.id
    AND p.status = 'discarded'
    AND p.deleted = 0
    GROUP BY p.id
    LIMIT 1)
  WHERE id IN (
    SELECT p.contact_id
    FROM prospect p
    JOIN discard_reason r ON r.id = p.reason_id AND r.opposition = 1
    WHERE p.status = 'discarded'
    AND p.deleted = 0);

-- What else is open of them was never closed, because nothing looked: it is discarded as it would be now, with the same lines in its
-- history. The lines are the host's to write; a member hears of them.
CREATE TEMP TABLE opposed_open AS
  SELECT p.id, p.status, r.id AS reason_id, strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS at
  FROM prospect p
  JOIN contact c ON c.id = p.contact_id AND c.opposed_at IS NOT NULL
  JOIN discard_reason r ON r.id = (
    SELECT id
    FROM discard_reason
    WHERE opposition = 1
    ORDER BY deleted, archived, position, id
    LIMIT 1)
  WHERE p.deleted = 0
  AND p.status NOT IN ('discarded', 'closed');

INSERT INTO event (id, prospect_id, author_id, kind, data, at, created_hlc, rev)
  WITH line (id, kind, data, at, bits) AS (
    SELECT id, 'status', json_object('from', status, 'to', 'discarded', 'reason_id', reason_id), at, lower(hex(randomblob(16)))
    FROM opposed_open
    UNION ALL
    SELECT id, 'opposition', json_object('reason_id', reason_id), at, lower(hex(randomblob(16)))
    FROM opposed_open)
  SELECT substr(bits, 1, 8) || '-' || substr(bits, 9, 4) || '-4' || substr(bits, 14, 3) || '-a' || substr(bits, 18, 3) || '-' || substr(bits, 21),
    id, '', kind, data, at, CAST(unixepoch(at, 'subsec') * 1000 AS INTEGER) << 16, (SELECT max(rev) FROM commits)
  FROM line
  WHERE EXISTS (SELECT 1 FROM commits);

UPDATE prospect
  SET status = 'discarded', reason_id = o.reason_id
  FROM opposed_open o
  WHERE o.id = prospect.id;

DROP TABLE opposed_open;

-- ── The board ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- A column is a page of one stage in the order of leads. What a board is filtered by stays in the index, as in
-- card_owner_lead.
DROP INDEX card_stage;
CREATE INDEX card_stage ON prospect_card (stage_id, is_open, lead_at, n, temperature, form_id);
CREATE INDEX card_owner_stage ON prospect_card (owner_id, stage_id, is_open, lead_at, n, temperature, form_id);

-- How many prospects there are of each kind that a board tells apart: a total is a sum of a few rows, however many prospects
-- it counts. Derived, never replicated; a row that comes to nothing goes.
CREATE TABLE stage_total (
  owner_id    TEXT NOT NULL,
  stage_id    TEXT NOT NULL,
  is_open     INTEGER NOT NULL,
  temperature TEXT NOT NULL,
  form_id     TEXT NOT NULL,
  prospects   INTEGER NOT NULL,
  PRIMARY KEY (owner_id, stage_id, is_open, temperature, form_id)
) WITHOUT ROWID;

INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
  SELECT owner_id, stage_id, is_open, temperature, form_id, count(*)
  FROM prospect_card
  GROUP BY owner_id, stage_id, is_open, temperature, form_id;

-- +goose StatementBegin
CREATE TRIGGER prospect_card_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
    VALUES (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id, 1)
    ON CONFLICT (owner_id, stage_id, is_open, temperature, form_id) DO UPDATE SET prospects = prospects + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER prospect_card_uncounted AFTER DELETE ON prospect_card
BEGIN
  UPDATE stage_total
    SET prospects = prospects - 1
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id);
  DELETE FROM stage_total
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
    AND prospects = 0;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER prospect_card_recounted AFTER UPDATE OF owner_id, stage_id, is_open, temperature, form_id ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
  <> (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id)
BEGIN
  UPDATE stage_total
    SET prospects = prospects - 1
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id);
  DELETE FROM stage_total
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
    AND prospects = 0;
  INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
    VALUES (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id, 1)
    ON CONFLICT (owner_id, stage_id, is_open, temperature, form_id) DO UPDATE SET prospects = prospects + 1;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
