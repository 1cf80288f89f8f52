-- +goose Up

-- ── Replication ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- reach leads from a grant (scope s) to the value of an entity's root column: the way back of roots.
ALTER TABLE entity ADD COLUMN reach TEXT NOT NULL DEFAULT 's.root_id';
UPDATE entity SET reach = '(SELECT p.contact_id FROM prospect p WHERE p.id = s.root_id)' WHERE roots <> '';

-- What a member has missed is found by revision (prospect and activity have theirs already).
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

-- +goose Down
-- Migrations go forward only.
