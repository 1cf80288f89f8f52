-- +goose Up

-- ── Contacts that turned out to be one person ───────────────────────────────────────────────────────────────────────
-- A merge is something that people wish for and the host carries out (docs/decisions/0006). The contact that is merged away
-- keeps its row, and its name, for the day when the merge is taken back.
ALTER TABLE contact ADD COLUMN merged_into TEXT NOT NULL DEFAULT '';
CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into <> '';

-- heirs leads from :root to further prospects whose sellers may write a row that they do not hold: what was written down about a
-- contact before its seller's computer heard of the merge.
ALTER TABLE entity ADD COLUMN heirs TEXT NOT NULL DEFAULT '';
UPDATE entity
  SET heirs = 'WITH RECURSIVE heir (id) AS (
      SELECT m.merged_into FROM contact m WHERE m.id = :root AND m.merged_into <> ''''
      UNION
      SELECT m.merged_into FROM heir h JOIN contact m ON m.id = h.id WHERE m.merged_into <> '''')
    SELECT p.id FROM heir h JOIN prospect p ON p.contact_id = h.id'
  WHERE name IN ('contact', 'contact_phone', 'contact_email');

CREATE TABLE contact_merge (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL DEFAULT '', -- the one from which a seller asks; '' for an administrator's, which no seller holds
  author_id   TEXT NOT NULL,
  survivor_id TEXT NOT NULL,            -- the contact that stays
  merged      TEXT NOT NULL DEFAULT '[]', -- JSON: the contacts that become part of it; none when a seller only knows of one
  note        TEXT NOT NULL DEFAULT '', -- what the seller says
  reach       TEXT NOT NULL DEFAULT '', -- the phone or the e-mail by which the seller knows of another contact
  choice      TEXT NOT NULL DEFAULT '{}', -- JSON, see crm.MergeChoice: ids only
  wish        TEXT NOT NULL,            -- ask, merge, undo, decline: what people want
  wished_by   TEXT NOT NULL DEFAULT '', -- the administrator
  state       TEXT NOT NULL DEFAULT '', -- '', merged, undone, failed: what the host has made of it
  problem     TEXT NOT NULL DEFAULT '', -- the code of why not
  map         TEXT NOT NULL DEFAULT '{}', -- JSON, see crm.mergeMap: what moved from where; empty once it cannot be taken back
  merged_at   TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX contact_merge_prospect ON contact_merge (prospect_id);
CREATE INDEX contact_merge_rev ON contact_merge (rev);
CREATE INDEX contact_merge_survivor ON contact_merge (survivor_id);
CREATE INDEX contact_merge_created ON contact_merge (created_at);

-- Two contacts of whom a person has said that they are not the same. first_id < second_id.
CREATE TABLE contact_distinct (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL DEFAULT '', -- one of the first contact's
  author_id   TEXT NOT NULL,
  first_id    TEXT NOT NULL,
  second_id   TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);
CREATE INDEX contact_distinct_prospect ON contact_distinct (prospect_id);
CREATE INDEX contact_distinct_rev ON contact_distinct (rev);
CREATE INDEX contact_distinct_pair ON contact_distinct (first_id, second_id);

INSERT INTO entity (name, root, roots, append_only) VALUES
  ('contact_merge',    'prospect_id', '', 0),
  ('contact_distinct', 'prospect_id', '', 0);

-- What lists derive from a contact's phones follows them to another contact; for its prospects prospect_changed does it.
-- +goose StatementBegin
CREATE TRIGGER contact_phone_moved AFTER UPDATE OF contact_id ON contact_phone
WHEN OLD.contact_id <> NEW.contact_id
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_email_moved AFTER UPDATE OF contact_id ON contact_email
WHEN OLD.contact_id <> NEW.contact_id
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
