-- +goose Up

-- Who took which list away as a file, how narrowed, how much of it and why. The row is made before anything is handed out, on
-- whatever computer that is, and goes to the office with everything else; how it ended is written into it. Like a view it is
-- everybody's to hold and one person's to write: it names no prospect, and of what was searched for only that something was. An
-- id is its author's, a point, and a UUID in base64.
CREATE TABLE export (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  list        TEXT NOT NULL,                  -- prospects, response, contacts, duplicates, activities, bin, history
  form        TEXT NOT NULL,                  -- csv, xlsx
  filter      TEXT NOT NULL DEFAULT '{}',     -- JSON: codes and days; "*" for a text
  columns     TEXT NOT NULL DEFAULT '[]',     -- JSON: their names
  reason      TEXT NOT NULL,
  state       TEXT NOT NULL DEFAULT 'begun',  -- begun, done, cancelled, failed
  rows        INTEGER NOT NULL DEFAULT -1,    -- written, once it is over; -1 until then
  left_out    INTEGER NOT NULL DEFAULT 0,     -- people who asked not to be contacted
  created_at  TEXT NOT NULL,
  ended_at    TEXT,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
INSERT INTO entity (name, root) VALUES ('export', '*');

-- +goose Down
-- Migrations go forward only.
