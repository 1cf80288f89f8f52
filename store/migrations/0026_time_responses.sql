-- +goose Up

-- ── The response clock ──────────────────────────────────────────────────────────────────────────────────────────────
-- How soon a lead's seller first tried to reach the person follows from three instants of its card, so nothing more is kept of
-- it. The leads of a period are read from this index alone, with all that the clock needs.
CREATE INDEX card_response ON prospect_card (lead_at, owner_id, form_id, received_at, attended_at, is_open) WHERE source = 'leads';

-- When the office works, written out. SQLite knows neither zones nor hours, so the program writes them here from what the office
-- has set, anew whenever that has changed (crm.Service, office_clock.go): derived, never replicated.
CREATE TABLE office_stretch (
  opens  INTEGER PRIMARY KEY,            -- seconds since 1970
  closes INTEGER NOT NULL,
  before INTEGER NOT NULL                -- seconds of working time before it
);
CREATE TABLE office_stretch_mark (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  mark TEXT NOT NULL                     -- a hash of what is written there
);

-- +goose Down
-- Migrations go forward only.
