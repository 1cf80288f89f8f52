-- +goose Up

-- ── Derived by SQLite, never replicated ─────────────────────────────────────────────────────────────────────────────
-- Both tables follow the replicated ones through the triggers below, on every computer and whatever the order in which
-- rows arrive: a trigger that finds its prospect or its contact missing does nothing, and the one that brings it does all.

-- prospect_card is what lists show: one narrow row a prospect that is not deleted.
CREATE TABLE prospect_card (
  n                INTEGER PRIMARY KEY,
  prospect_id      TEXT NOT NULL,
  contact_id       TEXT NOT NULL,
  owner_id         TEXT NOT NULL,
  name             TEXT NOT NULL,
  name_key         TEXT NOT NULL,        -- lower case, no accents, ñ after n, nameless last
  phone            TEXT NOT NULL,        -- the first usable phone as E.164, or the raw text
  stage_id         TEXT NOT NULL,
  status           TEXT NOT NULL,
  temperature      TEXT NOT NULL,
  is_open          INTEGER NOT NULL,     -- neither discarded nor closed
  source           TEXT NOT NULL,
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
-- An index costs every lead the pages it dirties: one for many leads where they all go to the end, up to twenty where each
-- seller has their own end, one for each lead where they go anywhere. So there is one for each way to enter a list and none
-- for filters put on top. Each ends in the list's order, and the row's n, which SQLite keeps in every index, breaks ties;
-- scanned backwards they give the newest first. is_open stands before the order so that lists of open, closed and all
-- prospects share an index: "all" merges its two halves.
CREATE INDEX card_lead ON prospect_card (is_open, lead_at);                        -- everybody's prospects, newest first
CREATE INDEX card_owner_lead ON prospect_card (owner_id, is_open, lead_at, n, stage_id, status, form_id); -- a seller's; the
                                                                                   -- last are filters that stay in the index
CREATE INDEX card_owner_name ON prospect_card (owner_id, is_open, name_key);       -- by name; everybody's are merged by owner
CREATE INDEX card_stage ON prospect_card (stage_id, is_open, lead_at);             -- the board
CREATE INDEX card_status ON prospect_card (status, lead_at);                       -- status says whether it is open
CREATE INDEX card_form ON prospect_card (form_id, is_open, lead_at) WHERE form_id <> ''; -- what a form has brought
-- The partial ones hold little: unattended prospects leave when somebody calls, the others come when there is something.
CREATE INDEX card_unattended ON prospect_card (lead_at) WHERE attended_at IS NULL AND is_open = 1; -- the inboxes
CREATE INDEX card_owner_unattended ON prospect_card (owner_id, lead_at) WHERE attended_at IS NULL AND is_open = 1;
CREATE INDEX card_temperature ON prospect_card (temperature, is_open, lead_at) WHERE temperature <> '';
CREATE INDEX card_owner_temperature ON prospect_card (owner_id, temperature, is_open, lead_at) WHERE temperature <> '';
CREATE INDEX card_next ON prospect_card (is_open, next_at) WHERE next_at IS NOT NULL; -- by next action
CREATE INDEX card_owner_next ON prospect_card (owner_id, is_open, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX card_activity ON prospect_card (is_open, last_activity_at) WHERE last_activity_at IS NOT NULL;
CREATE INDEX card_owner_activity ON prospect_card (owner_id, is_open, last_activity_at) WHERE last_activity_at IS NOT NULL;

-- name_key folds what Spanish names are written with, composed or not. '~' follows 'z', so ñ follows every n.
CREATE VIEW prospect_card_source AS
SELECT
  p.n,
  p.id AS prospect_id,
  p.contact_id,
  p.owner_id,
  c.name,
  CASE WHEN c.name = '' THEN char(0x10FFFD) ELSE lower(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    replace(replace(replace(replace(replace(replace(c.name,
    'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'ü', 'u'), 'ñ', 'n~'),
    'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u'), 'Ü', 'u'), 'Ñ', 'n~'),
    'à', 'a'), 'è', 'e'), 'ò', 'o'), 'ä', 'a'), 'ö', 'o'), 'ç', 'c'),
    'â', 'a'), 'ê', 'e'), 'ã', 'a'), char(0x301), ''), char(0x308), ''), char(0x303), '~'))
  END AS name_key,
  coalesce((
    SELECT CASE WHEN h.e164 <> '' THEN h.e164 ELSE h.raw END
    FROM contact_phone h
    WHERE h.contact_id = p.contact_id
    AND h.deleted = 0
    ORDER BY h.e164 = '', h.position
    LIMIT 1), '') AS phone,
  p.stage_id,
  p.status,
  p.temperature,
  p.status NOT IN ('discarded', 'closed') AS is_open,
  p.source,
  p.form_id,
  p.form_name,
  p.campaign_name,
  p.lead_at,
  p.received_at,
  p.attended_at,
  coalesce(a.due_at, a.due_on) AS next_at,
  a.kind AS next_kind,
  a.id AS next_id,
  (
    SELECT max(d.done_at)
    FROM activity d
    WHERE d.prospect_id = p.id
    AND d.deleted = 0) AS last_activity_at
FROM prospect p
JOIN contact c ON c.id = p.contact_id
LEFT JOIN activity a ON a.id = (
  SELECT o.id
  FROM activity o
  WHERE o.prospect_id = p.id
  AND o.deleted = 0
  AND o.done_at IS NULL
  AND (o.due_at IS NOT NULL OR o.due_on IS NOT NULL)
  ORDER BY coalesce(o.due_at, o.due_on)
  LIMIT 1)
WHERE p.deleted = 0;

-- prospect_search: words by prefix, without accents. owner holds two words, each behind a character of the private use
-- area that no typed word contains: the owner's id, so that a seller's search never walks through other sellers' rows,
-- and whether the prospect is open. phone holds the national digits, and behind a third such character the digits
-- backwards, so that the last digits are a prefix too. text is the first 20,000 characters of the answers, and as many of
-- what was written down since.
CREATE VIRTUAL TABLE prospect_search USING fts5 (
  owner, name, phone, email, text,
  content = '', contentless_delete = 1,
  prefix = '2 3', detail = none,
  tokenize = 'unicode61 remove_diacritics 2'
);

CREATE VIEW prospect_search_source AS
SELECT
  p.n,
  p.id AS prospect_id,
  p.contact_id,
  char(0xE000) || replace(p.owner_id, '-', '') || ' ' || char(0xE002) || (p.status NOT IN ('discarded', 'closed')) AS owner,
  c.name,
  (
    SELECT group_concat(CASE WHEN h.e164 = '' THEN substr(h.raw, 1, 200) ELSE
      substr(h.e164, CASE WHEN h.e164 LIKE '+52%' THEN 4 WHEN h.e164 LIKE '+1%' THEN 3 ELSE 2 END) || ' ' || char(0xE001) ||
      substr(h.e164, -1, 1) || substr(h.e164, -2, 1) || substr(h.e164, -3, 1) || substr(h.e164, -4, 1) ||
      substr(h.e164, -5, 1) || substr(h.e164, -6, 1) || substr(h.e164, -7, 1) || substr(h.e164, -8, 1) ||
      substr(h.e164, -9, 1) || substr(h.e164, -10, 1) END, ' ')
    FROM contact_phone h
    WHERE h.contact_id = p.contact_id
    AND h.deleted = 0) AS phone,
  (
    SELECT group_concat(CASE WHEN e.address = '' THEN substr(e.raw, 1, 300) ELSE e.address END, ' ')
    FROM contact_email e
    WHERE e.contact_id = p.contact_id
    AND e.deleted = 0) AS email,
  c.city || ' ' || coalesce((
    SELECT substr(group_concat(v.value, ' '), 1, 20000)
    FROM submission s, json_each(s.answers) q, json_each(q.value, '$.values') v
    WHERE s.prospect_id = p.id
    AND s.deleted = 0), '') || ' ' || coalesce((
    SELECT substr(group_concat(a.body, ' '), 1, 20000)
    FROM activity a
    WHERE a.prospect_id = p.id
    AND a.deleted = 0
    AND a.body <> ''), '') AS text
FROM prospect p
JOIN contact c ON c.id = p.contact_id
WHERE p.deleted = 0;

-- Inserting a prospect's n into one of these two views derives its row anew; the triggers below only say for which.
CREATE VIEW stale_card AS SELECT n FROM prospect_card;
CREATE VIEW stale_search AS SELECT n FROM prospect_card;

-- +goose StatementBegin
CREATE TRIGGER stale_card_derived INSTEAD OF INSERT ON stale_card
BEGIN
  DELETE FROM prospect_card WHERE n = NEW.n;
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at
    FROM prospect_card_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER stale_search_derived INSTEAD OF INSERT ON stale_search
BEGIN
  DELETE FROM prospect_search WHERE rowid = NEW.n;
  INSERT INTO prospect_search (rowid, owner, name, phone, email, text)
    SELECT n, owner, name, phone, email, text
    FROM prospect_search_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

-- A registration writes the prospect last: only this trigger does work then, once, and there is nothing to delete.
-- +goose StatementBegin
CREATE TRIGGER prospect_created AFTER INSERT ON prospect
BEGIN
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at
    FROM prospect_card_source
    WHERE n = NEW.n;
  INSERT INTO prospect_search (rowid, owner, name, phone, email, text)
    SELECT n, owner, name, phone, email, text
    FROM prospect_search_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER prospect_changed AFTER UPDATE OF contact_id, owner_id, stage_id, status, temperature, source, form_id,
  form_name, campaign_name, lead_at, received_at, attended_at, deleted ON prospect
BEGIN
  INSERT INTO stale_card (n) VALUES (NEW.n);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER prospect_changed_words AFTER UPDATE OF contact_id, owner_id, deleted ON prospect
BEGIN
  INSERT INTO stale_search (n) VALUES (NEW.n);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER prospect_closed_words AFTER UPDATE OF status ON prospect
WHEN (OLD.status IN ('discarded', 'closed')) <> (NEW.status IN ('discarded', 'closed'))
BEGIN
  INSERT INTO stale_search (n) VALUES (NEW.n);
END;
-- +goose StatementEnd

-- Rows of replicated tables are only marked as deleted; a member that must forget a prospect deletes it for good.
-- +goose StatementBegin
CREATE TRIGGER prospect_forgotten AFTER DELETE ON prospect
BEGIN
  DELETE FROM prospect_card WHERE n = OLD.n;
  DELETE FROM prospect_search WHERE rowid = OLD.n;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_created AFTER INSERT ON contact
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_changed AFTER UPDATE OF name, city ON contact
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_phone_created AFTER INSERT ON contact_phone
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_phone_changed AFTER UPDATE OF e164, raw, position, deleted ON contact_phone
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_email_created AFTER INSERT ON contact_email
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER contact_email_changed AFTER UPDATE OF address, raw, deleted ON contact_email
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER submission_created AFTER INSERT ON submission
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER submission_removed AFTER UPDATE OF deleted ON submission
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;
-- +goose StatementEnd

-- The commonest change of a card, so it writes only what an activity can change.
-- +goose StatementBegin
CREATE TRIGGER activity_created AFTER INSERT ON activity
BEGIN
  UPDATE prospect_card
    SET (next_at, next_kind, next_id, last_activity_at) = (
      SELECT s.next_at, s.next_kind, s.next_id, s.last_activity_at
      FROM prospect_card_source s
      WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER activity_changed AFTER UPDATE OF kind, due_at, due_on, done_at, deleted ON activity
BEGIN
  UPDATE prospect_card
    SET (next_at, next_kind, next_id, last_activity_at) = (
      SELECT s.next_at, s.next_kind, s.next_id, s.last_activity_at
      FROM prospect_card_source s
      WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER activity_created_words AFTER INSERT ON activity WHEN NEW.body <> ''
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER activity_changed_words AFTER UPDATE OF body, deleted ON activity WHEN NEW.body <> '' OR OLD.body <> ''
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
