-- +goose Up

-- ── The dashboard's numbers ─────────────────────────────────────────────────────────────────────────────────────────
-- A screen of totals must not look at a million prospects. So triggers keep, beside the cards, how many of them there are of
-- each kind: derived like the cards, never replicated, and nothing but a function of prospect_card and of the office's zone.
-- Whatever adds, changes or removes a card takes the card's own counts back and adds them anew, so every way that a card can
-- go is followed. owner_id '*' counts everybody's, which is what an administrator reads.

-- When a prospect ended, which the totals count by: the last change of its status to what it is now, and the lead itself
-- where no history tells.
ALTER TABLE prospect_card ADD COLUMN ended_at TEXT;

DROP VIEW prospect_card_source;
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
    ORDER BY h.e164 = '', h.position, h.id
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
    AND d.deleted = 0) AS last_activity_at,
  p.campaign_id,
  p.reason_id,
  CASE WHEN p.status IN ('discarded', 'closed') THEN coalesce((
    SELECT max(e.at)
    FROM event e
    WHERE e.prospect_id = p.id
    AND e.deleted = 0
    AND e.kind = 'status'
    AND e.data ->> 'to' = p.status
    AND e.data ->> 'from' <> p.status), p.lead_at)
  END AS ended_at
FROM prospect p
JOIN contact c ON c.id = p.contact_id
LEFT JOIN activity a ON a.id = (
  SELECT o.id
  FROM activity o
  WHERE o.prospect_id = p.id
  AND o.deleted = 0
  AND o.done_at IS NULL
  AND (o.due_at IS NOT NULL OR o.due_on IS NOT NULL)
  ORDER BY coalesce(o.due_at, o.due_on), o.id
  LIMIT 1)
WHERE p.deleted = 0;

DROP TRIGGER stale_card_derived;
-- +goose StatementBegin
CREATE TRIGGER stale_card_derived INSTEAD OF INSERT ON stale_card
BEGIN
  DELETE FROM prospect_card WHERE n = NEW.n;
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id, ended_at
    FROM prospect_card_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

DROP TRIGGER prospect_created;
-- +goose StatementBegin
CREATE TRIGGER prospect_created AFTER INSERT ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  INSERT INTO prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id, ended_at
    FROM prospect_card_source
    WHERE n = NEW.n;
  INSERT INTO prospect_search (rowid, owner, name, phone, email, text)
    SELECT n, owner, name, phone, email, text
    FROM prospect_search_source
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

UPDATE derived
  SET sql = 'INSERT INTO main.prospect_card
    SELECT n, prospect_id, contact_id, owner_id, name, name_key, phone, stage_id, status, temperature, is_open, source,
      form_id, form_name, campaign_name, lead_at, received_at, attended_at, next_at, next_kind, next_id, last_activity_at,
      campaign_id, reason_id, ended_at
    FROM main.prospect_card_source
    WHERE n NOT IN (SELECT n FROM main.prospect_card)
    ORDER BY n'
  WHERE position = 5;

-- One write of the card for a prospect that ends or is opened again.
DROP TRIGGER prospect_closed;
-- +goose StatementBegin
CREATE TRIGGER prospect_closed AFTER UPDATE OF status ON prospect
WHEN (OLD.status IN ('discarded', 'closed')) <> (NEW.status IN ('discarded', 'closed'))
BEGIN
  UPDATE prospect_card
    SET status = NEW.status,
      is_open = NEW.status NOT IN ('discarded', 'closed'),
      reason_id = NEW.reason_id,
      ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = NEW.n)
    WHERE n = NEW.n;
END;
-- +goose StatementEnd

DROP TRIGGER prospect_status_changed;
-- +goose StatementBegin
CREATE TRIGGER prospect_status_changed AFTER UPDATE OF status ON prospect
WHEN OLD.status <> NEW.status
AND (OLD.status IN ('discarded', 'closed')) = (NEW.status IN ('discarded', 'closed'))
BEGIN
  UPDATE prospect_card SET status = NEW.status WHERE n = NEW.n;
  UPDATE prospect_card
    SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n = NEW.n
    AND is_open = 0;
END;
-- +goose StatementEnd

DROP TRIGGER prospect_reason_changed;
-- +goose StatementBegin
CREATE TRIGGER prospect_reason_changed AFTER UPDATE OF reason_id ON prospect
WHEN OLD.reason_id <> NEW.reason_id
BEGIN
  UPDATE prospect_card SET reason_id = NEW.reason_id WHERE n = NEW.n AND reason_id <> NEW.reason_id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_ended AFTER INSERT ON event WHEN NEW.kind = 'status'
BEGIN
  UPDATE prospect_card
    SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id)
    AND is_open = 0;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER event_ended_differently AFTER UPDATE OF deleted, data, at, kind ON event
WHEN NEW.kind = 'status' OR OLD.kind = 'status'
BEGIN
  UPDATE prospect_card
    SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id)
    AND is_open = 0;
END;
-- +goose StatementEnd

UPDATE prospect_card
  SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
  WHERE is_open = 0;

-- A day is a day of the office's. SQLite knows no time zones, so the program writes here how far the zone is from UTC since
-- when, counts everything anew when that has changed, and notes for which zone it has counted (crm.CountAnew). It does so in
-- steps, between which others write: only cards up to upto are in the counts, and only theirs are kept by the triggers below.
CREATE TABLE day_zone (
  since TEXT PRIMARY KEY,                -- an instant, '' for the beginning of time
  shift TEXT NOT NULL                    -- a modifier of date(): '-21600 seconds'
) WITHOUT ROWID;
CREATE TABLE day_zone_counted (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  zone TEXT NOT NULL,                    -- its name, and a hash of its shifts
  upto INTEGER NOT NULL                  -- the last card that is counted in it; the largest number when all are
);
INSERT INTO day_zone_counted (one, zone, upto) VALUES (1, '', 9223372036854775807);

-- Who works on how many open prospects in each stage: attended ones, and ones with a next action.
CREATE TABLE tally_open (
  owner_id TEXT NOT NULL,
  stage_id TEXT NOT NULL,
  attended INTEGER NOT NULL,
  planned INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, stage_id, attended, planned)
) WITHOUT ROWID;

-- How many leads came on a day and from where, and what has become of them: open, discarded or closed; attended or not.
CREATE TABLE tally_lead (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  source TEXT NOT NULL,
  campaign_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  status TEXT NOT NULL,
  attended INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day, source, campaign_id, form_id, status, attended)
) WITHOUT ROWID;

-- How many prospects were attended on a day.
CREATE TABLE tally_attended (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day)
) WITHOUT ROWID;

-- How many prospects were discarded, and why, or closed on a day.
CREATE TABLE tally_ended (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  status TEXT NOT NULL,
  reason_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day, status, reason_id)
) WITHOUT ROWID;

-- After how many seconds the leads of a day were attended, since the form was sent (lead) and since it reached the host
-- (receipt), rounded up: to 15 s within five minutes, to a minute within a quarter of an hour, then ever coarser.
CREATE TABLE tally_answer (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  clock TEXT NOT NULL,
  upto INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day, clock, upto)
) WITHOUT ROWID;

-- What one card counts for, card by card. The tables above hold the sums of these. The plus before is_open keeps the planner
-- from an index of all open cards where a few cards in a row are asked for.
CREATE VIEW open_of_card AS
SELECT c.n AS card, c.owner_id, c.stage_id, c.attended_at IS NOT NULL AS attended, c.next_at IS NOT NULL AS planned
FROM prospect_card c
WHERE +c.is_open = 1;

CREATE VIEW tally_owner AS SELECT 0 AS everybody UNION ALL SELECT 1;

CREATE VIEW lead_of_card AS
SELECT
  c.n AS card,
  iif(w.everybody, '*', c.owner_id) AS owner_id,
  coalesce(date(c.lead_at, coalesce((
    SELECT z.shift
    FROM day_zone z
    WHERE z.since <= c.lead_at
    ORDER BY z.since DESC
    LIMIT 1), '+0 seconds')), substr(c.lead_at, 1, 10)) AS day,
  c.source,
  c.campaign_id,
  c.form_id,
  iif(c.is_open, 'open', c.status) AS status,
  c.attended_at IS NOT NULL AS attended
FROM prospect_card c
CROSS JOIN tally_owner w;

CREATE VIEW attended_of_card AS
SELECT
  c.n AS card,
  iif(w.everybody, '*', c.owner_id) AS owner_id,
  coalesce(date(c.attended_at, coalesce((
    SELECT z.shift
    FROM day_zone z
    WHERE z.since <= c.attended_at
    ORDER BY z.since DESC
    LIMIT 1), '+0 seconds')), substr(c.attended_at, 1, 10)) AS day
FROM prospect_card c
CROSS JOIN tally_owner w
WHERE c.attended_at IS NOT NULL;

CREATE VIEW ended_of_card AS
SELECT
  c.n AS card,
  iif(w.everybody, '*', c.owner_id) AS owner_id,
  coalesce(date(coalesce(c.ended_at, c.lead_at), coalesce((
    SELECT z.shift
    FROM day_zone z
    WHERE z.since <= coalesce(c.ended_at, c.lead_at)
    ORDER BY z.since DESC
    LIMIT 1), '+0 seconds')), substr(coalesce(c.ended_at, c.lead_at), 1, 10)) AS day,
  c.status,
  c.reason_id
FROM prospect_card c
CROSS JOIN tally_owner w
WHERE +c.is_open = 0;

-- People who were written down or imported have waited for nobody's answer.
CREATE VIEW answer_of_card AS
SELECT
  a.card,
  iif(w.everybody, '*', a.owner_id) AS owner_id,
  a.day,
  a.clock,
  CASE
    WHEN a.seconds <= 300 THEN (a.seconds + 14) / 15 * 15
    WHEN a.seconds <= 900 THEN (a.seconds + 59) / 60 * 60
    WHEN a.seconds <= 3600 THEN (a.seconds + 299) / 300 * 300
    WHEN a.seconds <= 14400 THEN (a.seconds + 899) / 900 * 900
    WHEN a.seconds <= 86400 THEN (a.seconds + 3599) / 3600 * 3600
    ELSE (a.seconds + 86399) / 86400 * 86400
  END AS upto
FROM (
  SELECT
    c.n AS card,
    c.owner_id,
    coalesce(date(c.lead_at, coalesce((
    SELECT z.shift
    FROM day_zone z
    WHERE z.since <= c.lead_at
    ORDER BY z.since DESC
    LIMIT 1), '+0 seconds')), substr(c.lead_at, 1, 10)) AS day,
    k.clock,
    max(unixepoch(c.attended_at) - unixepoch(iif(k.clock = 'lead', c.lead_at, c.received_at)), 0) AS seconds
  FROM prospect_card c
  CROSS JOIN (SELECT 'lead' AS clock UNION ALL SELECT 'receipt') k
  WHERE c.attended_at IS NOT NULL
  AND c.source = 'leads') a
CROSS JOIN tally_owner w;

-- Inserting a card's n into one of these two views adds what it counts for as often as times says, once or minus once.
CREATE VIEW counted_open AS SELECT n AS card, 0 AS times FROM prospect_card;
CREATE VIEW counted_days AS SELECT n AS card, 0 AS times FROM prospect_card;

-- +goose StatementBegin
CREATE TRIGGER counted_open_added INSTEAD OF INSERT ON counted_open
WHEN NEW.card <= (SELECT upto FROM day_zone_counted)
BEGIN
  INSERT INTO tally_open (owner_id, stage_id, attended, planned, n)
    SELECT owner_id, stage_id, attended, planned, NEW.times
    FROM open_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER counted_days_added INSTEAD OF INSERT ON counted_days
WHEN NEW.card <= (SELECT upto FROM day_zone_counted)
BEGIN
  INSERT INTO tally_lead (owner_id, day, source, campaign_id, form_id, status, attended, n)
    SELECT owner_id, day, source, campaign_id, form_id, status, attended, NEW.times
    FROM lead_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
  INSERT INTO tally_attended (owner_id, day, n)
    SELECT owner_id, day, NEW.times
    FROM attended_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
  INSERT INTO tally_ended (owner_id, day, status, reason_id, n)
    SELECT owner_id, day, status, reason_id, NEW.times
    FROM ended_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
  INSERT INTO tally_answer (owner_id, day, clock, upto, n)
    SELECT owner_id, day, clock, upto, NEW.times
    FROM answer_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;
-- +goose StatementEnd

-- A count of nothing is no row: a computer keeps no trace of what it has given back.
-- +goose StatementBegin
CREATE TRIGGER tally_open_emptied AFTER UPDATE OF n ON tally_open WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_open
    WHERE owner_id = NEW.owner_id
    AND stage_id = NEW.stage_id
    AND attended = NEW.attended
    AND planned = NEW.planned;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tally_lead_emptied AFTER UPDATE OF n ON tally_lead WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_lead
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day
    AND source = NEW.source
    AND campaign_id = NEW.campaign_id
    AND form_id = NEW.form_id
    AND status = NEW.status
    AND attended = NEW.attended;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tally_attended_emptied AFTER UPDATE OF n ON tally_attended WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_attended
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tally_ended_emptied AFTER UPDATE OF n ON tally_ended WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_ended
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day
    AND status = NEW.status
    AND reason_id = NEW.reason_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER tally_answer_emptied AFTER UPDATE OF n ON tally_answer WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_answer
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day
    AND clock = NEW.clock
    AND upto = NEW.upto;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO counted_open (card, times) VALUES (NEW.n, 1);
  INSERT INTO counted_days (card, times) VALUES (NEW.n, 1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_uncounted BEFORE DELETE ON prospect_card
BEGIN
  INSERT INTO counted_open (card, times) VALUES (OLD.n, -1);
  INSERT INTO counted_days (card, times) VALUES (OLD.n, -1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_open_uncounted BEFORE UPDATE OF owner_id, stage_id, is_open, attended_at, next_at ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open) <> (NEW.owner_id, NEW.stage_id, NEW.is_open)
  OR (OLD.attended_at IS NULL) <> (NEW.attended_at IS NULL)
  OR (OLD.next_at IS NULL) <> (NEW.next_at IS NULL)
BEGIN
  INSERT INTO counted_open (card, times) VALUES (OLD.n, -1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_open_counted AFTER UPDATE OF owner_id, stage_id, is_open, attended_at, next_at ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open) <> (NEW.owner_id, NEW.stage_id, NEW.is_open)
  OR (OLD.attended_at IS NULL) <> (NEW.attended_at IS NULL)
  OR (OLD.next_at IS NULL) <> (NEW.next_at IS NULL)
BEGIN
  INSERT INTO counted_open (card, times) VALUES (NEW.n, 1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_days_uncounted BEFORE UPDATE OF owner_id, is_open, status, lead_at, received_at, attended_at, source,
  campaign_id, form_id, reason_id, ended_at
  ON prospect_card
WHEN (OLD.owner_id, OLD.is_open, OLD.lead_at, OLD.received_at, OLD.source, OLD.campaign_id, OLD.form_id, OLD.reason_id)
  <> (NEW.owner_id, NEW.is_open, NEW.lead_at, NEW.received_at, NEW.source, NEW.campaign_id, NEW.form_id, NEW.reason_id)
  OR OLD.attended_at IS NOT NEW.attended_at
  OR OLD.ended_at IS NOT NEW.ended_at
  OR NEW.is_open = 0 AND OLD.status <> NEW.status
BEGIN
  INSERT INTO counted_days (card, times) VALUES (OLD.n, -1);
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER card_days_counted AFTER UPDATE OF owner_id, is_open, status, lead_at, received_at, attended_at, source,
  campaign_id, form_id, reason_id, ended_at
  ON prospect_card
WHEN (OLD.owner_id, OLD.is_open, OLD.lead_at, OLD.received_at, OLD.source, OLD.campaign_id, OLD.form_id, OLD.reason_id)
  <> (NEW.owner_id, NEW.is_open, NEW.lead_at, NEW.received_at, NEW.source, NEW.campaign_id, NEW.form_id, NEW.reason_id)
  OR OLD.attended_at IS NOT NEW.attended_at
  OR OLD.ended_at IS NOT NEW.ended_at
  OR NEW.is_open = 0 AND OLD.status <> NEW.status
BEGIN
  INSERT INTO counted_days (card, times) VALUES (NEW.n, 1);
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
