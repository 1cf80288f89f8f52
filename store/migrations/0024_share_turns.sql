-- +goose Up

-- ── Replicated: when the office works, who takes turns for what, and what people are told ───────────────────────────
-- Hours, caps and the clock of answering are columns of rows that exist: two administrators who set them offline write the
-- same field, and the later one holds.
ALTER TABLE office ADD COLUMN hours TEXT NOT NULL DEFAULT '';            -- JSON, see crm.WeekHours; '' is day and night
ALTER TABLE office ADD COLUMN turns_paused INTEGER NOT NULL DEFAULT 0;   -- everything waits for an administrator
ALTER TABLE office ADD COLUMN remind_after INTEGER NOT NULL DEFAULT 5;   -- minutes of working time; 0 is never
ALTER TABLE office ADD COLUMN notify_after INTEGER NOT NULL DEFAULT 15;
ALTER TABLE office ADD COLUMN reassign_after INTEGER NOT NULL DEFAULT 30;
ALTER TABLE office ADD COLUMN most_hops INTEGER NOT NULL DEFAULT 2;      -- how often a prospect is passed on before the tray
ALTER TABLE office ADD COLUMN shares_at_opening INTEGER NOT NULL DEFAULT 1; -- what came out of hours is shared when they begin
ALTER TABLE user ADD COLUMN hours TEXT NOT NULL DEFAULT '';              -- '' is the office's
ALTER TABLE user ADD COLUMN daily_cap INTEGER NOT NULL DEFAULT 0;        -- turns a day; 0 is any number
ALTER TABLE user ADD COLUMN backlog_cap INTEGER NOT NULL DEFAULT 0;      -- open prospects; 0 is any number

CREATE TABLE seller_group (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE seller_group_member (
  id          TEXT PRIMARY KEY,
  group_id    TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX seller_group_member_group ON seller_group_member (group_id);

-- The first rule that fits a lead says which group takes turns. One without conditions is for everything else.
CREATE TABLE turn_rule (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  position      INTEGER NOT NULL,
  form_id       TEXT NOT NULL DEFAULT '',  -- '' is any, as in the three below
  form_name     TEXT NOT NULL DEFAULT '',  -- as it was called when it was chosen
  campaign_id   TEXT NOT NULL DEFAULT '',
  campaign_name TEXT NOT NULL DEFAULT '',
  page_id       TEXT NOT NULL DEFAULT '',
  page_name     TEXT NOT NULL DEFAULT '',
  cities        TEXT NOT NULL DEFAULT '',  -- separated by commas
  group_id      TEXT NOT NULL DEFAULT '',  -- '' is everybody
  otherwise     TEXT NOT NULL DEFAULT 'default', -- when nobody of the group can: default, tray
  active        INTEGER NOT NULL DEFAULT 1,
  created_at    TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE absence (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  from_on     TEXT NOT NULL,               -- dates, both included
  until_on    TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX absence_user ON absence (user_id, from_on);

CREATE TABLE holiday (
  id          TEXT PRIMARY KEY,
  day         TEXT NOT NULL,               -- a date
  name        TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

-- What one person is told: that a prospect of theirs went to somebody else, for one. It is on that person's computers and on
-- administrators', and holds ids and the office's own words, for whoever reads it may have lost the prospect.
CREATE TABLE notice (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,               -- who is told
  about_id    TEXT NOT NULL DEFAULT '',    -- a prospect, which its reader may no longer have
  kind        TEXT NOT NULL,               -- see crm.Notice
  data        TEXT NOT NULL DEFAULT '{}',  -- JSON
  at          TEXT NOT NULL,
  read_at     TEXT,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX notice_user ON notice (user_id, at);
CREATE INDEX notice_unread ON notice (user_id, at) WHERE read_at IS NULL AND deleted = 0;
CREATE INDEX notice_rev ON notice (rev);

INSERT INTO entity (name, root) VALUES
  ('seller_group', '*'), ('seller_group_member', '*'), ('turn_rule', '*'), ('absence', '*'), ('holiday', '*'), ('notice', 'user_id');

-- A user's own id is a root of theirs. An office that has grants is the host's; one that has none is given them at its start.
INSERT OR IGNORE INTO scope (user_id, root_id, granted_rev, active)
  SELECT id, id, 0, 1 FROM user WHERE EXISTS (SELECT 1 FROM scope);

-- ── The host's own ──────────────────────────────────────────────────────────────────────────────────────────────────
-- Each group goes round by itself, and so does everybody together ('').
CREATE TABLE turn_count (
  rota     TEXT NOT NULL,                  -- seller_group.id, or ''
  user_id  TEXT NOT NULL,
  given    INTEGER NOT NULL DEFAULT 0,
  last_at  TEXT NOT NULL DEFAULT '',
  day      TEXT NOT NULL DEFAULT '',       -- the date of the last turn, for the daily cap
  today    INTEGER NOT NULL DEFAULT 0,     -- how many on that day
  PRIMARY KEY (rota, user_id)
) WITHOUT ROWID;
INSERT INTO turn_count (rota, user_id, given, last_at) SELECT '', user_id, given, last_at FROM turn;
DROP TABLE turn;

-- How far a prospect that nobody attends has come on its way to others.
CREATE TABLE escalation (
  prospect_id TEXT PRIMARY KEY,
  since       TEXT NOT NULL,               -- the instant from which its present seller's clock runs
  told        INTEGER NOT NULL DEFAULT 0,  -- administrators know
  hops        INTEGER NOT NULL DEFAULT 0,
  received_at TEXT NOT NULL,               -- of the enquiry that it is about
  owners      TEXT NOT NULL DEFAULT '[]'   -- JSON: who has had it
) WITHOUT ROWID;

-- ── Derived ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A number that nobody has seen before whenever something changes that turns follow from: who reads the settings knows by it
-- whether what they remember still holds, also in the middle of a transaction and after one that failed.
CREATE TABLE turn_version (v INTEGER NOT NULL);
INSERT INTO turn_version (v) VALUES (random());
-- +goose StatementBegin
CREATE TRIGGER office_created_turns AFTER INSERT ON office
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER office_changed_turns AFTER UPDATE OF timezone, hours, turns_paused, remind_after, notify_after, reassign_after, most_hops, shares_at_opening, deleted ON office
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER office_forgotten_turns AFTER DELETE ON office
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER user_created_turns AFTER INSERT ON user
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER user_changed_turns AFTER UPDATE OF name, role, active, paused, hours, daily_cap, backlog_cap, deleted ON user
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER user_forgotten_turns AFTER DELETE ON user
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_created_turns AFTER INSERT ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_changed_turns AFTER UPDATE ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_forgotten_turns AFTER DELETE ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_member_created_turns AFTER INSERT ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_member_changed_turns AFTER UPDATE ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER seller_group_member_forgotten_turns AFTER DELETE ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER turn_rule_created_turns AFTER INSERT ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER turn_rule_changed_turns AFTER UPDATE ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER turn_rule_forgotten_turns AFTER DELETE ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER absence_created_turns AFTER INSERT ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER absence_changed_turns AFTER UPDATE ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER absence_forgotten_turns AFTER DELETE ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER holiday_created_turns AFTER INSERT ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER holiday_changed_turns AFTER UPDATE ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER holiday_forgotten_turns AFTER DELETE ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
