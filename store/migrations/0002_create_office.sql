-- +goose Up

-- ── Replicated tables: written only through store.Write ─────────────────────────────────────────────────────────────
-- Each ends in the same four columns: created_hlc (the clock of fields never changed), deleted, extra (fields that a newer
-- version knows), rev (the commit that last touched it).
CREATE TABLE office (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  timezone    TEXT NOT NULL,            -- IANA name
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE user (
  id          TEXT PRIMARY KEY,
  login       TEXT NOT NULL,            -- lower case
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,            -- admin, seller
  active      INTEGER NOT NULL DEFAULT 1,
  paused      INTEGER NOT NULL DEFAULT 0, -- takes no turns
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE UNIQUE INDEX user_login ON user (login) WHERE deleted = 0;

CREATE TABLE stage (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  archived    INTEGER NOT NULL DEFAULT 0,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE discard_reason (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  opposition  INTEGER NOT NULL DEFAULT 0, -- the person asked not to be contacted: more than a reason
  archived    INTEGER NOT NULL DEFAULT 0,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE contact (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL DEFAULT '',
  city        TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE contact_phone (
  id          TEXT PRIMARY KEY,
  contact_id  TEXT NOT NULL,
  e164        TEXT NOT NULL DEFAULT '', -- identity: +52##########; '' when the text is no usable number
  raw         TEXT NOT NULL,            -- as the person or the file wrote it
  problem     TEXT NOT NULL DEFAULT '', -- '', incomplete, ambiguous, damaged, invalid, dummy
  wa_variant  TEXT NOT NULL DEFAULT '', -- '52' or '521' once one has worked in WhatsApp
  position    INTEGER NOT NULL DEFAULT 0,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX contact_phone_contact ON contact_phone (contact_id, position);
CREATE INDEX contact_phone_e164 ON contact_phone (e164) WHERE deleted = 0 AND e164 <> '';

CREATE TABLE contact_email (
  id          TEXT PRIMARY KEY,
  contact_id  TEXT NOT NULL,
  address     TEXT NOT NULL DEFAULT '', -- identity: lower case; '' when the text is no address
  raw         TEXT NOT NULL,
  problem     TEXT NOT NULL DEFAULT '', -- '', invalid, dummy
  position    INTEGER NOT NULL DEFAULT 0,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX contact_email_contact ON contact_email (contact_id, position);
CREATE INDEX contact_email_address ON contact_email (address) WHERE deleted = 0 AND address <> '';

CREATE TABLE prospect (
  n              INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  contact_id     TEXT NOT NULL,
  owner_id       TEXT NOT NULL DEFAULT '', -- the seller; '' in the administrator's tray
  stage_id       TEXT NOT NULL,
  status         TEXT NOT NULL,            -- new, trying, contacted, following, paused, discarded, closed
  temperature    TEXT NOT NULL DEFAULT '', -- '', cold, warm, hot
  reason_id      TEXT NOT NULL DEFAULT '', -- discard_reason, when discarded
  source         TEXT NOT NULL,            -- leads, file, manual
  form_id        TEXT NOT NULL DEFAULT '', -- of the latest submission, like the three below
  form_name      TEXT NOT NULL DEFAULT '',
  campaign_id    TEXT NOT NULL DEFAULT '',
  campaign_name  TEXT NOT NULL DEFAULT '',
  lead_at        TEXT NOT NULL,            -- Meta's clock: when the latest form was sent
  received_at    TEXT NOT NULL,            -- ours: when it reached the host
  attended_at    TEXT,                     -- first outbound attempt by the seller since lead_at
  assigned_at    TEXT,
  assigned_why   TEXT NOT NULL DEFAULT '', -- JSON, see crm.AssignedWhy
  created_at     TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX prospect_owner_rev ON prospect (owner_id, rev);
CREATE INDEX prospect_rev ON prospect (rev);
CREATE INDEX prospect_contact ON prospect (contact_id);

CREATE TABLE submission (
  id            TEXT PRIMARY KEY,
  prospect_id   TEXT NOT NULL,
  contact_id    TEXT NOT NULL,
  lead_id       TEXT NOT NULL DEFAULT '',  -- Meta's; '' when the form did not come from Meta
  form_id       TEXT NOT NULL DEFAULT '',
  form_name     TEXT NOT NULL DEFAULT '',
  page_id       TEXT NOT NULL DEFAULT '',
  ad_id         TEXT NOT NULL DEFAULT '',
  ad_name       TEXT NOT NULL DEFAULT '',
  adset_id      TEXT NOT NULL DEFAULT '',
  adset_name    TEXT NOT NULL DEFAULT '',
  campaign_id   TEXT NOT NULL DEFAULT '',
  campaign_name TEXT NOT NULL DEFAULT '',
  platform      TEXT NOT NULL DEFAULT '',  -- fb, ig
  is_organic    INTEGER,                   -- NULL when Meta did not say
  origin        TEXT NOT NULL,             -- poll, webhook, sweep, file, manual
  lead_at       TEXT NOT NULL,
  received_at   TEXT NOT NULL,
  answers       TEXT NOT NULL DEFAULT '[]', -- JSON: [{"name","label","type","values":[text],"keys":[option key]}]
  disclaimers   TEXT NOT NULL DEFAULT '[]', -- JSON: [{"key","text","checked"}]
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE UNIQUE INDEX submission_lead ON submission (lead_id) WHERE lead_id <> '';
CREATE INDEX submission_prospect ON submission (prospect_id, lead_at);

CREATE TABLE activity (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  author_id   TEXT NOT NULL,
  kind        TEXT NOT NULL,             -- call, whatsapp, email, appointment, visit, video, task, note
  result      TEXT NOT NULL DEFAULT '',  -- answered, no_answer, voicemail, busy, wrong_number, call_later, sent, held, not_held
  body        TEXT NOT NULL DEFAULT '',
  due_at      TEXT,                      -- an instant, or
  due_on      TEXT,                      -- a date without a time; never both
  done_at     TEXT,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX activity_prospect ON activity (prospect_id, created_at);
CREATE INDEX activity_rev ON activity (rev);
CREATE INDEX activity_open ON activity (prospect_id, coalesce(due_at, due_on))
  WHERE deleted = 0 AND done_at IS NULL AND (due_at IS NOT NULL OR due_on IS NOT NULL);

CREATE TABLE reminder (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  activity_id TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  remind_at   TEXT NOT NULL,
  done_at     TEXT,                      -- acknowledged; a reminder never goes away by itself
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX reminder_due ON reminder (user_id, remind_at) WHERE deleted = 0 AND done_at IS NULL;
CREATE INDEX reminder_activity ON reminder (activity_id);
CREATE INDEX reminder_prospect ON reminder (prospect_id);

CREATE TABLE event (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  author_id   TEXT NOT NULL,             -- '' for the program itself
  kind        TEXT NOT NULL,             -- registered, enquired_again, reopened, assigned, stage, status, temperature, attended
  data        TEXT NOT NULL DEFAULT '{}',
  at          TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX event_prospect ON event (prospect_id, at);

-- +goose Down
-- Migrations go forward only.
