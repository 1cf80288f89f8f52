-- +goose Up

-- ── Tables of the host alone: never replicated, written with tx.Exec ────────────────────────────────────────────────

CREATE TABLE setting (
  k TEXT PRIMARY KEY,                    -- "intake.poll_seconds", "user.<id>.preferences"
  v TEXT NOT NULL                        -- JSON
) WITHOUT ROWID;

-- Accounts. The hash stays out of the op log.
CREATE TABLE credential (
  user_id     TEXT PRIMARY KEY,
  hash        TEXT NOT NULL,             -- argon2id in PHC form
  changed_at  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,           -- SHA-256 of the bearer token
  user_id    TEXT NOT NULL,
  created_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL,              -- moved at most once a minute
  expires_at TEXT NOT NULL,
  locked     INTEGER NOT NULL DEFAULT 0  -- idle too long: asks for the password again
) WITHOUT ROWID;
CREATE INDEX session_user ON session (user_id);

CREATE TABLE sign_in_delay (
  login         TEXT PRIMARY KEY,        -- of an unknown one only its SHA-256: it may be a password in the wrong field
  failures      INTEGER NOT NULL,
  next_at       TEXT NOT NULL            -- no attempt is looked at before
) WITHOUT ROWID;

CREATE TABLE audit (
  n       INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  user_id TEXT NOT NULL,                 -- who did it; '' when nobody is known
  action  TEXT NOT NULL,                 -- "session.opened", "session.refused", "user.deactivated", "import.run"
  subject TEXT NOT NULL DEFAULT '',      -- an id, never a name
  detail  TEXT NOT NULL DEFAULT '{}'     -- JSON; codes and counts, no personal data
);
CREATE INDEX audit_at ON audit (at);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n)
  BEGIN SELECT raise(ABORT, 'audit is append-only'); END; -- REPLACE deletes without asking the trigger above

-- Turns: how many prospects each seller was given by turn, and when last.
CREATE TABLE turn (
  user_id  TEXT PRIMARY KEY,
  given    INTEGER NOT NULL DEFAULT 0,
  last_at  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

-- Meta: the connection is one row of setting ("meta.connection"); its secrets are in the keyring.
CREATE TABLE meta_page (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  active     INTEGER NOT NULL DEFAULT 0,
  tasks      TEXT NOT NULL DEFAULT '[]', -- JSON
  subscribed INTEGER NOT NULL DEFAULT 0, -- webhook subscription of the page seen at the last check
  checked_at TEXT NOT NULL DEFAULT '',
  problem    TEXT NOT NULL DEFAULT ''    -- fault code, '' when fine
) WITHOUT ROWID;

CREATE TABLE meta_form (
  id           TEXT PRIMARY KEY,
  page_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  status       TEXT NOT NULL,            -- ACTIVE, ARCHIVED, DELETED, DRAFT
  locale       TEXT NOT NULL DEFAULT '',
  questions    TEXT NOT NULL DEFAULT '[]', -- JSON as Meta sent it
  tracking     TEXT NOT NULL DEFAULT '[]', -- JSON: fixed parameters, which come back among the answers
  legal        TEXT NOT NULL DEFAULT '{}', -- JSON: legal_content, for consent evidence
  mapping      TEXT NOT NULL DEFAULT '{}', -- JSON: question key to target, see intake.Mapping
  inherited    TEXT NOT NULL DEFAULT '', -- the form whose mapping this one took over
  active       INTEGER NOT NULL DEFAULT 1, -- polled
  leads_count  INTEGER NOT NULL DEFAULT 0, -- what Meta says
  high_water   TEXT NOT NULL DEFAULT '', -- Meta's created_time up to which every lead is in the ledger
  pulled_at    TEXT NOT NULL DEFAULT '', -- last complete pull
  swept_at     TEXT NOT NULL DEFAULT '', -- last 48-hour sweep
  swept_all_at TEXT NOT NULL DEFAULT '', -- last 90-day sweep
  problem      TEXT NOT NULL DEFAULT '', -- fault code of the last pull, '' when fine
  problem_args TEXT NOT NULL DEFAULT '{}',
  created_at   TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX meta_form_page ON meta_form (page_id);

-- The ledger: one line for every lead that Meta ever told us about, by its id.
CREATE TABLE lead (
  lead_id       TEXT PRIMARY KEY,
  page_id       TEXT NOT NULL DEFAULT '',
  form_id       TEXT NOT NULL DEFAULT '',
  origin        TEXT NOT NULL,           -- poll, webhook, sweep, file: who told us first
  state         TEXT NOT NULL,           -- received, fetched, registered, linked, test, held, failed
  problem       TEXT NOT NULL DEFAULT '', -- fault code
  problem_args  TEXT NOT NULL DEFAULT '{}',
  class         TEXT NOT NULL DEFAULT '', -- retry, throttle, reauthorise, permission, gone, bug
  attempts      INTEGER NOT NULL DEFAULT 0,
  next_try_at   TEXT,                    -- NULL when no machine will try again
  lead_at       TEXT NOT NULL DEFAULT '', -- Meta's created_time
  received_at   TEXT NOT NULL,
  fetched_at    TEXT,
  registered_at TEXT,
  payload       BLOB,                    -- what Meta sent, until it is registered
  submission_id TEXT NOT NULL DEFAULT '',
  prospect_id   TEXT NOT NULL DEFAULT '',
  seen_again    INTEGER NOT NULL DEFAULT 0, -- how often the same id came once more
  history       INTEGER NOT NULL DEFAULT 0 -- an old lead that a first connection or a file brought: nobody is alarmed
);
CREATE INDEX lead_next ON lead (next_try_at) WHERE next_try_at IS NOT NULL;
CREATE INDEX lead_state ON lead (state, received_at DESC, lead_id);
CREATE INDEX lead_recent ON lead (received_at DESC, lead_id);
CREATE INDEX lead_form ON lead (form_id, lead_at);

-- Files from Meta's Leads Centre or elsewhere.
CREATE TABLE import_file (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  state       TEXT NOT NULL,             -- preview, running, done, cancelled
  format      TEXT NOT NULL,             -- JSON: encoding, separator, sheet
  columns     TEXT NOT NULL,             -- JSON: header texts
  mapping     TEXT NOT NULL DEFAULT '{}', -- JSON, see intake.fileMapping
  preview     TEXT NOT NULL DEFAULT '[]', -- JSON: the first rows, until the import has ended
  total       INTEGER NOT NULL DEFAULT 0,
  body        BLOB                       -- the file itself until the import has ended
);
CREATE INDEX import_file_state ON import_file (state, created_at);

CREATE TABLE import_row (
  import_id   TEXT NOT NULL,
  line        INTEGER NOT NULL,          -- 1 is the first row after the header
  state       TEXT NOT NULL,             -- registered, linked, known, test, held, failed
  problem     TEXT NOT NULL DEFAULT '',
  field       TEXT NOT NULL DEFAULT '',
  cells       TEXT NOT NULL DEFAULT '',  -- JSON, kept only for rows that failed or are held
  prospect_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, line)
) WITHOUT ROWID;

-- Rows without a lead id that were ever imported, so that the same file twice makes nothing new.
CREATE TABLE import_seen (
  hash        BLOB PRIMARY KEY,          -- SHA-256 of the row's cells with their headers
  import_id   TEXT NOT NULL,
  prospect_id TEXT NOT NULL,
  at          TEXT NOT NULL
) WITHOUT ROWID;

-- +goose Down
-- Migrations go forward only.
