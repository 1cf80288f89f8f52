-- +goose Up

-- Texts for messages and mails, with variables in double braces. What is shared has no owner; what is somebody's own has an id
-- that begins with theirs and a full stop, so that whoever decides a change of one field knows whose row it is.
CREATE TABLE template (
  id          TEXT PRIMARY KEY,
  owner_id    TEXT NOT NULL DEFAULT '',  -- '' for everybody's
  channel     TEXT NOT NULL,             -- whatsapp, email
  name        TEXT NOT NULL,
  subject     TEXT NOT NULL DEFAULT '',  -- of a mail
  body        TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
INSERT INTO entity (name, root) VALUES ('template', '*');

-- Which template a message was written with: how often one is used is counted, never kept.
ALTER TABLE activity ADD COLUMN template_id TEXT NOT NULL DEFAULT '';
CREATE INDEX activity_template ON activity (template_id, author_id) WHERE template_id <> '' AND deleted = 0;

-- Where the office's privacy notice can be read, for messages.
ALTER TABLE office ADD COLUMN notice_url TEXT NOT NULL DEFAULT '';

-- +goose Down
-- Migrations go forward only.
