-- +goose Up

-- ── The office's computers: tables of the host alone, never replicated, written with tx.Exec ───────────────────────
CREATE TABLE device (
  id          TEXT PRIMARY KEY,          -- base32 of the SHA-256 of its public key
  user_id     TEXT NOT NULL,             -- whose it is; what they may do is looked up each time
  name        TEXT NOT NULL DEFAULT '',  -- as the person who joined called it
  version     TEXT NOT NULL DEFAULT '',  -- of the program, when last seen
  schema      INTEGER NOT NULL DEFAULT 0, -- likewise
  path        TEXT NOT NULL DEFAULT '',  -- how it came: lan, relay
  address     TEXT NOT NULL DEFAULT '',  -- where from
  pos         INTEGER NOT NULL DEFAULT 0, -- the commit up to which it had read
  enrolled_at TEXT NOT NULL,
  enrolled_by TEXT NOT NULL DEFAULT '',  -- user id; '' for the host itself and for what only the membership list tells
  seen_at     TEXT,
  revoked_at  TEXT,
  revoked_by  TEXT NOT NULL DEFAULT '',
  held        INTEGER NOT NULL DEFAULT 0, -- prospects it held when it was revoked
  wiped_at    TEXT                       -- it has said that nothing is left on it
) WITHOUT ROWID;
CREATE INDEX device_user ON device (user_id);

CREATE TABLE invitation (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  token_hash  BLOB NOT NULL UNIQUE,      -- SHA-256; the token itself is in nobody's file
  created_at  TEXT NOT NULL,
  created_by  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  state       TEXT NOT NULL,             -- open, waiting, admitted, refused, expired, cancelled
  attempts    INTEGER NOT NULL DEFAULT 0, -- how often the token was shown
  device_id   TEXT NOT NULL DEFAULT '',  -- the computer that showed it first
  device_name TEXT NOT NULL DEFAULT '',
  digits      TEXT NOT NULL DEFAULT '',  -- six, of the connection that is waiting
  decided_at  TEXT,
  decided_by  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX invitation_open ON invitation (state, created_at);

-- The signed membership lists. The newest is also in the keyring, beside the file, and on every member.
CREATE TABLE membership (
  serial INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  list   BLOB NOT NULL
);

-- Refused ops of members that an administrator has dealt with; how, is in the audit trail.
CREATE TABLE refusal (
  op_id      BLOB PRIMARY KEY,
  decided_at TEXT NOT NULL,
  decided_by TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX op_refused ON op_log (n) WHERE outcome = 3;

-- +goose Down
-- Migrations go forward only.
