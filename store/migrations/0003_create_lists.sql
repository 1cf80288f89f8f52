-- +goose Up

-- ── Derived by SQLite, never replicated ─────────────────────────────────────────────────────────────────────────────
-- prospect_card is what lists show: one narrow row a prospect, kept by the triggers below.
CREATE TABLE prospect_card (
  n                INTEGER PRIMARY KEY,
  prospect_id      TEXT NOT NULL UNIQUE,
  contact_id       TEXT NOT NULL,
  owner_id         TEXT NOT NULL,
  name             TEXT NOT NULL,
  name_key         TEXT NOT NULL,        -- lower case, no accents, ñ after n
  phone            TEXT NOT NULL,        -- the first phone: E.164, or the raw text
  stage_id         TEXT NOT NULL,
  status           TEXT NOT NULL,
  temperature      TEXT NOT NULL,
  is_open          INTEGER NOT NULL,     -- neither discarded nor closed
  form_id          TEXT NOT NULL,
  form_name        TEXT NOT NULL,
  campaign_name    TEXT NOT NULL,
  lead_at          TEXT NOT NULL,
  received_at      TEXT NOT NULL,
  attended_at      TEXT,
  next_at          TEXT,                 -- the earliest open activity: instant or date
  next_kind        TEXT,
  next_id          TEXT,
  last_activity_at TEXT
);
CREATE INDEX card_owner_lead ON prospect_card (owner_id, is_open, lead_at DESC, n DESC);
CREATE INDEX card_lead ON prospect_card (is_open, lead_at DESC, n DESC);
CREATE INDEX card_owner_name ON prospect_card (owner_id, is_open, name_key, n);
CREATE INDEX card_name ON prospect_card (is_open, name_key, n);
CREATE INDEX card_owner_next ON prospect_card (owner_id, is_open, next_at, n) WHERE next_at IS NOT NULL;
CREATE INDEX card_next ON prospect_card (is_open, next_at, n) WHERE next_at IS NOT NULL;
CREATE INDEX card_owner_stage ON prospect_card (owner_id, stage_id, lead_at DESC, n DESC);
CREATE INDEX card_stage ON prospect_card (stage_id, lead_at DESC, n DESC);
CREATE INDEX card_owner_status ON prospect_card (owner_id, status, lead_at DESC, n DESC);
CREATE INDEX card_status ON prospect_card (status, lead_at DESC, n DESC);
CREATE INDEX card_owner_temperature ON prospect_card (owner_id, temperature, lead_at DESC, n DESC);
CREATE INDEX card_temperature ON prospect_card (temperature, lead_at DESC, n DESC);
CREATE INDEX card_unattended ON prospect_card (owner_id, lead_at DESC, n DESC) WHERE attended_at IS NULL AND is_open = 1;
CREATE INDEX card_unattended_all ON prospect_card (lead_at DESC, n DESC) WHERE attended_at IS NULL AND is_open = 1;

-- Full text: words by prefix, without accents; phones forwards and, with an r before them, backwards, so that the last digits
-- are a prefix too. The owner is a word as well, so that a seller's search never walks through other sellers' rows.
CREATE VIRTUAL TABLE prospect_search USING fts5 (
  owner, name, phone, email, text,
  content = '', contentless_delete = 1,
  prefix = '2 3', detail = column,
  tokenize = 'unicode61 remove_diacritics 2'
);

-- +goose Down
-- Migrations go forward only.
