-- +goose Up

-- ── The log: who changed what, in which order ───────────────────────────────────────────────────────────────────────
-- One row per transaction of the host. rev is dense; nonce lets a member notice a restored host (see store/DESIGN.md).
CREATE TABLE commits (
  rev       INTEGER PRIMARY KEY,
  nonce     INTEGER NOT NULL,
  at        INTEGER NOT NULL,           -- the host's milliseconds since 1970
  tx_id     BLOB NOT NULL UNIQUE,
  user_id   TEXT NOT NULL,              -- '' for the program itself
  device_id TEXT NOT NULL,
  undoes    BLOB                        -- the tx_id that this transaction takes back
);

CREATE TABLE op_log (
  n           INTEGER PRIMARY KEY,
  op_id       BLOB NOT NULL UNIQUE,
  tx_id       BLOB NOT NULL,
  device_id   TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  hlc         INTEGER NOT NULL,         -- as decided
  hlc_claimed INTEGER NOT NULL,         -- as sent
  base_rev    INTEGER NOT NULL,         -- what the author had read when the op was made
  entity      TEXT NOT NULL,
  row_id      TEXT NOT NULL,
  field       TEXT NOT NULL,            -- '' for the creation of the whole row
  value       BLOB,                     -- JSON: the new value, or the whole row of a creation
  before      BLOB,                     -- JSON: the value replaced; NULL for a creation
  rev         INTEGER NOT NULL,         -- the commit that decided it
  outcome     INTEGER NOT NULL,         -- 1 applied, 2 superseded, 3 refused
  reason      TEXT,
  outcome_rev INTEGER NOT NULL
);
CREATE INDEX op_outcome ON op_log (device_id, outcome_rev);
CREATE INDEX op_row ON op_log (entity, row_id, rev);
CREATE INDEX op_tx ON op_log (tx_id);

-- Sparse: only fields changed after their row was created.
CREATE TABLE field_clock (
  entity    TEXT NOT NULL,
  row_id    TEXT NOT NULL,
  field     TEXT NOT NULL,
  hlc       INTEGER NOT NULL,
  device_id TEXT NOT NULL,
  PRIMARY KEY (entity, row_id, field)
) WITHOUT ROWID;

-- Which prospects a user's computers may hold; written in the transaction that reassigns.
CREATE TABLE scope (
  user_id     TEXT NOT NULL,
  root_id     TEXT NOT NULL,
  granted_rev INTEGER NOT NULL,
  revoked_rev INTEGER NOT NULL DEFAULT 0,
  active      INTEGER NOT NULL,
  PRIMARY KEY (user_id, root_id)
) WITHOUT ROWID;
CREATE INDEX scope_granted ON scope (user_id, granted_rev) WHERE active;
CREATE INDEX scope_revoked ON scope (user_id, revoked_rev) WHERE NOT active;

CREATE TABLE store_state (
  k TEXT PRIMARY KEY,
  v
) WITHOUT ROWID;

-- The replicated tables. root is the column with the id that decides scope, '*' for rows that everybody holds;
-- roots is a query from that id (:root) to prospect ids where the column does not hold one.
CREATE TABLE entity (
  name        TEXT PRIMARY KEY,
  root        TEXT NOT NULL,
  roots       TEXT NOT NULL DEFAULT '',
  append_only INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO entity (name, root, roots, append_only) VALUES
  ('office',         '*',           '', 0),
  ('user',           '*',           '', 0),
  ('stage',          '*',           '', 0),
  ('discard_reason', '*',           '', 0),
  ('contact',        'id',          'SELECT p.id FROM prospect p WHERE p.contact_id = :root', 0),
  ('contact_phone',  'contact_id',  'SELECT p.id FROM prospect p WHERE p.contact_id = :root', 0),
  ('contact_email',  'contact_id',  'SELECT p.id FROM prospect p WHERE p.contact_id = :root', 0),
  ('prospect',       'id',          '', 0),
  ('submission',     'prospect_id', '', 1),
  ('activity',       'prospect_id', '', 0),
  ('reminder',       'prospect_id', '', 0),
  ('event',          'prospect_id', '', 1);

-- +goose Down
-- Migrations go forward only.
