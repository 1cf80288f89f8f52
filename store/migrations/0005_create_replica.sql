-- +goose Up

-- ── Replication ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- reach leads from a grant (scope s) to the value of an entity's root column: the way back of roots.
ALTER TABLE entity ADD COLUMN reach TEXT NOT NULL DEFAULT 's.root_id';
UPDATE entity SET reach = '(SELECT p.contact_id FROM prospect p WHERE p.id = s.root_id)' WHERE roots <> '';

-- What a member has missed is found by revision (prospect and activity have theirs already).
DROP INDEX prospect_owner_rev; -- nothing asks by owner and revision; scope says whose a prospect is
CREATE INDEX contact_rev ON contact (rev);
CREATE INDEX contact_phone_rev ON contact_phone (rev);
CREATE INDEX contact_email_rev ON contact_email (rev);
CREATE INDEX submission_rev ON submission (rev);
CREATE INDEX reminder_rev ON reminder (rev);
CREATE INDEX event_rev ON event (rev);

-- A member's own ops, until the host has settled them and for as long as a restored host may have to be told again.
CREATE TABLE outbox (
  n          INTEGER PRIMARY KEY,
  op_id      BLOB NOT NULL UNIQUE,
  tx_id      BLOB NOT NULL,
  user_id    TEXT NOT NULL,
  at         INTEGER NOT NULL,           -- milliseconds since 1970, by the corrected clock
  hlc        INTEGER NOT NULL,
  base_rev   INTEGER NOT NULL,           -- how far the member had read
  undoes     BLOB,                       -- the transaction that this one takes back
  entity     TEXT NOT NULL,
  row_id     TEXT NOT NULL,
  field      TEXT NOT NULL,              -- '' for the creation of the whole row
  root_id    TEXT NOT NULL,              -- the value of the entity's root column; '*' for what everybody holds
  value      BLOB,                       -- JSON, as in op_log; NULL once forgotten
  before     BLOB,                       -- JSON, for undo
  state      INTEGER NOT NULL DEFAULT 0, -- 0 pending, 1 applied, 2 superseded, 3 refused, 4 held: the host is too old for it
  reason     TEXT NOT NULL DEFAULT '',
  by_user    TEXT NOT NULL DEFAULT '',   -- of a superseded op: who wrote later
  by_at      INTEGER NOT NULL DEFAULT 0,
  settled_at INTEGER NOT NULL DEFAULT 0, -- milliseconds since 1970
  forgotten  INTEGER NOT NULL DEFAULT 0, -- the row's prospect went to somebody else
  dismissed  INTEGER NOT NULL DEFAULT 0  -- the person has seen that it was not accepted
);
CREATE INDEX outbox_pending ON outbox (entity, row_id) WHERE state IN (0, 4);
CREATE INDEX outbox_unsettled ON outbox (n) WHERE state IN (0, 4);
CREATE INDEX outbox_shown ON outbox (n) WHERE state IN (2, 3) AND dismissed = 0;
CREATE INDEX outbox_row ON outbox (entity, row_id, n);
CREATE INDEX outbox_root ON outbox (root_id);
CREATE INDEX outbox_tx ON outbox (tx_id);
CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state NOT IN (0, 4);

-- The host's version of rows with pending ops: a JSON object of all columns, or NULL while the host has no such row.
CREATE TABLE base_row (
  entity TEXT NOT NULL,
  row_id TEXT NOT NULL,
  body   TEXT,
  PRIMARY KEY (entity, row_id)
) WITHOUT ROWID;

-- Roots that wait, while a replica is being filled, until everything under them is there: what lists and search derive
-- from them is then derived once.
CREATE TABLE waiting_row (
  entity TEXT NOT NULL,
  row_id TEXT NOT NULL,
  body   TEXT NOT NULL,
  PRIMARY KEY (entity, row_id)
) WITHOUT ROWID;

-- What a card copies from its prospect is copied column by column: an edit then costs the indices of that column, not those
-- of the whole card.
DROP TRIGGER prospect_changed;
-- +goose StatementBegin
CREATE TRIGGER prospect_changed AFTER UPDATE OF contact_id, deleted ON prospect
BEGIN
  INSERT INTO stale_card (n) VALUES (NEW.n);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_owner_changed AFTER UPDATE OF owner_id ON prospect
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  UPDATE prospect_card SET owner_id = NEW.owner_id WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_stage_changed AFTER UPDATE OF stage_id ON prospect
WHEN OLD.stage_id <> NEW.stage_id
BEGIN
  UPDATE prospect_card SET stage_id = NEW.stage_id WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_status_changed AFTER UPDATE OF status ON prospect
WHEN OLD.status <> NEW.status
BEGIN
  UPDATE prospect_card SET status = NEW.status WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_closed AFTER UPDATE OF status ON prospect
WHEN (OLD.status IN ('discarded', 'closed')) <> (NEW.status IN ('discarded', 'closed'))
BEGIN
  UPDATE prospect_card SET is_open = NEW.status NOT IN ('discarded', 'closed') WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_temperature_changed AFTER UPDATE OF temperature ON prospect
WHEN OLD.temperature <> NEW.temperature
BEGIN
  UPDATE prospect_card SET temperature = NEW.temperature WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_attended AFTER UPDATE OF attended_at ON prospect
WHEN OLD.attended_at IS NOT NEW.attended_at
BEGIN
  UPDATE prospect_card SET attended_at = NEW.attended_at WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_enquired_again AFTER UPDATE OF source, form_id, form_name, campaign_name, lead_at, received_at ON prospect
WHEN (OLD.source, OLD.form_id, OLD.form_name, OLD.campaign_name, OLD.lead_at, OLD.received_at)
  <> (NEW.source, NEW.form_id, NEW.form_name, NEW.campaign_name, NEW.lead_at, NEW.received_at)
BEGIN
  UPDATE prospect_card
    SET source = NEW.source, form_id = NEW.form_id, form_name = NEW.form_name, campaign_name = NEW.campaign_name,
      lead_at = NEW.lead_at, received_at = NEW.received_at
    WHERE n = NEW.n;
END;
-- +goose StatementEnd
-- Words are indexed once for each commit, however often a prospect has changed in it, and after a burst from another computer
-- has been answered. A row here says for which prospects; derived has the statements, in order, that do it.
DROP VIEW stale_search;
CREATE TABLE stale_search (n INTEGER NOT NULL);
CREATE TABLE derived (
  position INTEGER PRIMARY KEY,
  stale    TEXT NOT NULL,                -- the table that says for which rows
  sql      TEXT NOT NULL
);
INSERT INTO derived (position, stale, sql) VALUES
  (1, 'stale_search', 'DELETE FROM main.prospect_search WHERE rowid IN (SELECT n FROM main.stale_search)'),
  (2, 'stale_search', 'INSERT INTO main.prospect_search (rowid, owner, name, phone, email, text)
    SELECT s.n, s.owner, s.name, s.phone, s.email, s.text
    FROM (SELECT DISTINCT n FROM main.stale_search) t
    CROSS JOIN main.prospect_search_source s ON s.n = t.n'),
  (3, 'stale_search', 'DELETE FROM main.stale_search');
DROP TRIGGER prospect_forgotten;
-- +goose StatementBegin
CREATE TRIGGER prospect_forgotten AFTER DELETE ON prospect
BEGIN
  DELETE FROM prospect_card WHERE n = OLD.n;
  DELETE FROM prospect_search WHERE rowid = OLD.n;
  DELETE FROM stale_search WHERE n = OLD.n;
END;
-- +goose StatementEnd

-- An activity's result, or a date that stays what it was, moves nothing.
DROP TRIGGER activity_changed;
-- +goose StatementBegin
CREATE TRIGGER activity_changed AFTER UPDATE OF kind, due_at, due_on, done_at, deleted ON activity
WHEN (OLD.kind, OLD.deleted) <> (NEW.kind, NEW.deleted)
  OR OLD.due_at IS NOT NEW.due_at OR OLD.due_on IS NOT NEW.due_on OR OLD.done_at IS NOT NEW.done_at
BEGIN
  UPDATE prospect_card
    SET (next_at, next_kind, next_id, last_activity_at) = (
      SELECT s.next_at, s.next_kind, s.next_id, s.last_activity_at
      FROM prospect_card_source s
      WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id);
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
