-- +goose Up

-- A way of looking at the list of prospects that somebody has kept: what it is narrowed to, its order and its columns. It goes
-- with its person to all of their computers, and so to everybody's: it names no prospect, and what was typed into the search
-- is not kept. An id is its owner's, a point, and a UUID in base64: who may write the row follows from the id alone.
CREATE TABLE saved_view (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  name        TEXT NOT NULL,
  shared      INTEGER NOT NULL DEFAULT 0, -- an administrator's, for the whole office
  pinned      INTEGER NOT NULL DEFAULT 0, -- stands above the list
  query       TEXT NOT NULL DEFAULT '{}', -- JSON, see crm.ViewQuery
  columns     TEXT NOT NULL DEFAULT '[]', -- JSON: column names in their order; empty for the usual ones
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
INSERT INTO entity (name, root, roots, append_only) VALUES ('saved_view', '*', '', 0);

-- The bin: few of a million.
CREATE INDEX prospect_removed ON prospect (n) WHERE deleted = 1;

-- +goose Down
-- Migrations go forward only.
