-- The whole schema as the migrations leave it. Written by: go test ./store -run Schema -update

CREATE TABLE absence (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  from_on     TEXT NOT NULL,               -- dates, both included
  until_on    TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE INDEX absence_user ON absence (user_id, from_on);

CREATE TRIGGER absence_changed_turns AFTER UPDATE ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER absence_created_turns AFTER INSERT ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER absence_forgotten_turns AFTER DELETE ON absence
BEGIN
  UPDATE turn_version SET v = random();
END;

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
, minutes INTEGER, template_id TEXT NOT NULL DEFAULT '');

CREATE INDEX activity_open ON activity (prospect_id, coalesce(due_at, due_on))
  WHERE deleted = 0 AND done_at IS NULL AND (due_at IS NOT NULL OR due_on IS NOT NULL);

CREATE INDEX activity_prospect ON activity (prospect_id, created_at);

CREATE INDEX activity_rev ON activity (rev);

CREATE INDEX activity_template ON activity (template_id, author_id) WHERE template_id <> '' AND deleted = 0;

CREATE TRIGGER activity_changed AFTER UPDATE OF kind, due_at, due_on, done_at, deleted ON activity
WHEN (OLD.kind, OLD.deleted) <> (NEW.kind, NEW.deleted)
  OR OLD.due_at IS NOT NEW.due_at OR OLD.due_on IS NOT NEW.due_on OR OLD.done_at IS NOT NEW.done_at
BEGIN
  UPDATE prospect_card
    SET (next_at, next_kind, next_id, last_activity_at) = (
      SELECT s.next_at, s.next_kind, s.next_id, s.last_activity_at
      FROM prospect_card_source s
      WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id);
END;

CREATE TRIGGER activity_changed_words AFTER UPDATE OF body, deleted ON activity WHEN NEW.body <> '' OR OLD.body <> ''
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;

CREATE TRIGGER activity_created AFTER INSERT ON activity
BEGIN
  UPDATE prospect_card
    SET (next_at, next_kind, next_id, last_activity_at) = (
      SELECT s.next_at, s.next_kind, s.next_id, s.last_activity_at
      FROM prospect_card_source s
      WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id);
END;

CREATE TRIGGER activity_created_words AFTER INSERT ON activity WHEN NEW.body <> ''
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;

CREATE TRIGGER activity_forgotten_plan AFTER DELETE ON activity
WHEN coalesce(OLD.due_at, OLD.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
END;

CREATE TRIGGER activity_planned AFTER INSERT ON activity
WHEN NEW.deleted = 0 AND coalesce(NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source WHERE activity_id = NEW.id;
END;

CREATE TRIGGER activity_replanned AFTER UPDATE OF prospect_id, kind, result, body, due_at, due_on, minutes, done_at, deleted ON activity
WHEN coalesce(OLD.due_at, OLD.due_on, NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
  INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source WHERE activity_id = NEW.id;
END;

CREATE TABLE agenda (
  owner_id    TEXT NOT NULL,             -- the prospect's seller; '' in the administrator's tray
  due         TEXT NOT NULL,
  activity_id TEXT NOT NULL,
  prospect_id TEXT NOT NULL,
  is_open     INTEGER NOT NULL,
  is_shown    INTEGER NOT NULL,          -- 0 in the bin; and whom nobody is to contact is not waited for
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL,
  result      TEXT NOT NULL,
  body        TEXT NOT NULL,             -- its beginning
  minutes     INTEGER,
  done_at     TEXT,
  remind_at   TEXT,                      -- of the first open reminder
  PRIMARY KEY (owner_id, due, activity_id)
) WITHOUT ROWID;

CREATE UNIQUE INDEX agenda_activity ON agenda (activity_id);

CREATE INDEX agenda_due ON agenda (due, is_shown);

CREATE INDEX agenda_open ON agenda (due) WHERE is_open = 1 AND is_shown = 1;

CREATE INDEX agenda_owner_open ON agenda (owner_id, due) WHERE is_open = 1 AND is_shown = 1;

CREATE INDEX agenda_prospect ON agenda (prospect_id);

CREATE VIEW agenda_source AS
SELECT coalesce(p.owner_id, '') AS owner_id, coalesce(a.due_at, a.due_on) AS due, a.id AS activity_id, a.prospect_id,
  a.done_at IS NULL AS is_open,
  p.deleted IS 0 AND c.id IS NOT NULL AND (a.done_at IS NOT NULL OR a.kind = 'task' OR c.opposed_at IS NULL) AS is_shown,
  coalesce(c.name, '') AS name, a.kind, a.result,
  CASE WHEN length(a.body) > 300 THEN substr(a.body, 1, 299) || '…' ELSE a.body END AS body,
  a.minutes, a.done_at, (
    SELECT min(r.remind_at)
    FROM reminder r
    WHERE r.activity_id = a.id
    AND r.deleted = 0
    AND r.done_at IS NULL) AS remind_at
FROM activity a
LEFT JOIN prospect p ON p.id = a.prospect_id
LEFT JOIN contact c ON c.id = p.contact_id
WHERE a.deleted = 0
AND coalesce(a.due_at, a.due_on) IS NOT NULL;

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

CREATE TABLE audit (
  n       INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  user_id TEXT NOT NULL,                 -- who did it; '' when nobody is known
  action  TEXT NOT NULL,                 -- "session.opened", "session.refused", "user.deactivated", "import.run"
  subject TEXT NOT NULL DEFAULT '',      -- an id, never a name
  detail  TEXT NOT NULL DEFAULT '{}'     -- JSON; codes and counts, no personal data
);

CREATE INDEX audit_at ON audit (at);

CREATE INDEX audit_user ON audit (user_id);

CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE n = NEW.n)
  BEGIN SELECT raise(ABORT, 'audit is append-only'); END;

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'audit is append-only'); END;

CREATE TABLE base_row (
  entity TEXT NOT NULL,
  row_id TEXT NOT NULL,
  body   TEXT,
  PRIMARY KEY (entity, row_id)
) WITHOUT ROWID;

CREATE TABLE card_tag (
  n       INTEGER NOT NULL,
  tag_id  TEXT NOT NULL,
  is_open INTEGER NOT NULL,
  lead_at TEXT NOT NULL,
  PRIMARY KEY (n, tag_id)
) WITHOUT ROWID;

CREATE INDEX card_tag_lead ON card_tag (tag_id, is_open, lead_at, n);

CREATE TABLE commits (
  rev       INTEGER PRIMARY KEY,
  nonce     INTEGER NOT NULL,
  at        INTEGER NOT NULL,           -- the host's milliseconds since 1970
  tx_id     BLOB NOT NULL UNIQUE,
  user_id   TEXT NOT NULL,              -- '' for the program itself
  device_id TEXT NOT NULL,
  undoes    BLOB                        -- the tx_id that this transaction takes back
);

CREATE INDEX commit_at ON commits (at);

CREATE TABLE contact (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL DEFAULT '',
  city        TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
, merged_into TEXT NOT NULL DEFAULT '', opposed_at TEXT);

CREATE INDEX contact_merged ON contact (merged_into) WHERE merged_into <> '';

CREATE INDEX contact_opposed ON contact (id) WHERE opposed_at IS NOT NULL;

CREATE INDEX contact_rev ON contact (rev);

CREATE TRIGGER contact_changed AFTER UPDATE OF name ON contact
WHEN OLD.name IS NOT NEW.name
BEGIN
  UPDATE prospect_card
    SET (name, name_key) = (SELECT s.name, s.name_key FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n IN (SELECT n FROM prospect WHERE contact_id = NEW.id);
END;

CREATE TRIGGER contact_changed_agenda AFTER UPDATE OF name, opposed_at ON contact
WHEN OLD.name IS NOT NEW.name OR OLD.opposed_at IS NOT NEW.opposed_at
BEGIN
  UPDATE agenda
    SET (name, is_shown) = (SELECT s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = NEW.id);
END;

CREATE TRIGGER contact_changed_words AFTER UPDATE OF name, city ON contact
WHEN OLD.name IS NOT NEW.name OR OLD.city IS NOT NEW.city
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;

CREATE TRIGGER contact_created AFTER INSERT ON contact
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.id)
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.id;
END;

CREATE TRIGGER contact_created_agenda AFTER INSERT ON contact
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda
    SET (name, is_shown) = (SELECT s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = NEW.id);
END;

CREATE TRIGGER contact_forgotten_agenda AFTER DELETE ON contact
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda SET name = '', is_shown = 0 WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = OLD.id);
END;

CREATE TRIGGER duplicate_contact_changed AFTER UPDATE OF city, deleted ON contact
WHEN OLD.city <> NEW.city OR OLD.deleted <> NEW.deleted
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.id);
END;

CREATE TABLE contact_distinct (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL DEFAULT '', -- one of the first contact's
  author_id   TEXT NOT NULL,
  first_id    TEXT NOT NULL,
  second_id   TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE INDEX contact_distinct_pair ON contact_distinct (first_id, second_id);

CREATE INDEX contact_distinct_prospect ON contact_distinct (prospect_id);

CREATE INDEX contact_distinct_rev ON contact_distinct (rev);

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

CREATE INDEX contact_email_address ON contact_email (address) WHERE deleted = 0 AND address <> '';

CREATE INDEX contact_email_contact ON contact_email (contact_id, position);

CREATE INDEX contact_email_rev ON contact_email (rev);

CREATE TRIGGER contact_email_changed AFTER UPDATE OF address, raw, deleted ON contact_email
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;

CREATE TRIGGER contact_email_created AFTER INSERT ON contact_email
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;

CREATE TRIGGER contact_email_moved AFTER UPDATE OF contact_id ON contact_email
WHEN OLD.contact_id <> NEW.contact_id
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
END;

CREATE TRIGGER duplicate_email_changed AFTER UPDATE OF address, contact_id, deleted ON contact_email
WHEN (OLD.address, OLD.contact_id, OLD.deleted) <> (NEW.address, NEW.contact_id, NEW.deleted)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id), (NEW.contact_id);
END;

CREATE TRIGGER duplicate_email_created AFTER INSERT ON contact_email
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;

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

CREATE INDEX contact_merge_created ON contact_merge (created_at);

CREATE INDEX contact_merge_prospect ON contact_merge (prospect_id);

CREATE INDEX contact_merge_rev ON contact_merge (rev);

CREATE INDEX contact_merge_survivor ON contact_merge (survivor_id);

CREATE VIEW contact_of_card AS
SELECT DISTINCT owner_id, contact_id
FROM prospect_card
UNION ALL
SELECT DISTINCT '*', contact_id
FROM prospect_card;

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

CREATE INDEX contact_phone_rev ON contact_phone (rev);

CREATE TRIGGER contact_phone_changed AFTER UPDATE OF e164, raw, position, deleted ON contact_phone
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;

CREATE TRIGGER contact_phone_created AFTER INSERT ON contact_phone
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id = NEW.contact_id;
END;

CREATE TRIGGER contact_phone_moved AFTER UPDATE OF contact_id ON contact_phone
WHEN OLD.contact_id <> NEW.contact_id
BEGIN
  INSERT INTO stale_card (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE contact_id IN (OLD.contact_id, NEW.contact_id);
END;

CREATE TRIGGER duplicate_phone_changed AFTER UPDATE OF e164, contact_id, deleted ON contact_phone
WHEN (OLD.e164, OLD.contact_id, OLD.deleted) <> (NEW.e164, NEW.contact_id, NEW.deleted)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id), (NEW.contact_id);
END;

CREATE TRIGGER duplicate_phone_created AFTER INSERT ON contact_phone
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;

CREATE TRIGGER counted_contact_added INSTEAD OF INSERT ON counted_contact
BEGIN
  INSERT INTO tally_contact (owner_id, n)
    SELECT NEW.owner_id, NEW.times
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.owner_id = NEW.owner_id
      AND c.n <> NEW.card)
    UNION ALL
    SELECT '*', NEW.times
    WHERE NOT EXISTS (
      SELECT 1
      FROM prospect_card c INDEXED BY card_contact
      WHERE c.contact_id = NEW.contact_id
      AND c.n <> NEW.card)
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

CREATE VIEW counted_contact AS
SELECT owner_id, contact_id, n AS card, 0 AS times
FROM prospect_card;

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

CREATE VIEW counted_days AS SELECT n AS card, 0 AS times FROM prospect_card;

CREATE TRIGGER counted_open_added INSTEAD OF INSERT ON counted_open
WHEN NEW.card <= (SELECT upto FROM day_zone_counted)
BEGIN
  INSERT INTO tally_open (owner_id, stage_id, attended, planned, n)
    SELECT owner_id, stage_id, attended, planned, NEW.times
    FROM open_of_card
    WHERE card = NEW.card
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

CREATE VIEW counted_open AS SELECT n AS card, 0 AS times FROM prospect_card;

CREATE TABLE credential (
  user_id     TEXT PRIMARY KEY,
  hash        TEXT NOT NULL,             -- argon2id in PHC form
  changed_at  TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE day_zone (
  since TEXT PRIMARY KEY,                -- an instant, '' for the beginning of time
  shift TEXT NOT NULL                    -- a modifier of date(): '-21600 seconds'
) WITHOUT ROWID;

CREATE TABLE day_zone_counted (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  zone TEXT NOT NULL,                    -- its name, and a hash of its shifts
  upto INTEGER NOT NULL                  -- the last card that is counted in it; the largest number when all are
);

CREATE TABLE derived (
  position INTEGER PRIMARY KEY,
  stale    TEXT NOT NULL,                -- the table that says for which rows
  sql      TEXT NOT NULL
);

CREATE TABLE device (
  id          TEXT PRIMARY KEY,          -- base32 of the SHA-256 of its public key
  user_id     TEXT NOT NULL,             -- whose it is; what they may do is looked up each time
  name        TEXT NOT NULL DEFAULT '',  -- as the person who joined called it
  version     TEXT NOT NULL DEFAULT '',  -- of the program, when last seen
  schema      INTEGER NOT NULL DEFAULT 0, -- likewise
  path        TEXT NOT NULL DEFAULT '',  -- how it came: lan, relay
  address     TEXT NOT NULL DEFAULT '',  -- where from
  pos         INTEGER NOT NULL DEFAULT 0, -- the commit up to which it had read
  enrolled_at TEXT NOT NULL,
  enrolled_by TEXT NOT NULL DEFAULT '',  -- user id; '' for the host itself and for what only the membership list tells
  seen_at     TEXT,
  revoked_at  TEXT,
  revoked_by  TEXT NOT NULL DEFAULT '',
  held        INTEGER NOT NULL DEFAULT 0, -- prospects it held when it was revoked
  wiped_at    TEXT                       -- it has said that nothing is left on it
) WITHOUT ROWID;

CREATE INDEX device_user ON device (user_id);

CREATE TABLE discard_reason (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  opposition  INTEGER NOT NULL DEFAULT 0, -- the person asked not to be contacted: more than a reason
  archived    INTEGER NOT NULL DEFAULT 0,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE duplicate_key (
  kind       INTEGER NOT NULL,           -- 1 phone, 2 e-mail, 3 and 4 name with half of a phone, 5 name and city
  key        TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  value      TEXT NOT NULL,              -- what is compared: the whole phone, the address, when the contact was made
  PRIMARY KEY (kind, key, value, contact_id)
) WITHOUT ROWID;

CREATE INDEX duplicate_key_contact ON duplicate_key (contact_id);

CREATE VIEW duplicate_key_source AS
WITH person AS (
  SELECT c.id AS contact_id, c.created_at, c.city, k.name_key
  FROM contact c
  JOIN prospect_card k ON k.n = (
    SELECT p.n
    FROM prospect p
    WHERE p.contact_id = c.id
    AND p.deleted = 0
    LIMIT 1)
  WHERE c.deleted = 0)
SELECT 1 AS kind, h.e164 AS key, i.contact_id, '' AS value
FROM person i
JOIN contact_phone h ON h.contact_id = i.contact_id
WHERE h.deleted = 0
AND h.e164 <> ''
UNION
SELECT 2,
  CASE
    WHEN m.address LIKE '%@gmail.com' OR m.address LIKE '%@googlemail.com' THEN
      replace(substr(m.address, 1, min(instr(m.address, '@'), ifnull(nullif(instr(m.address, '+'), 0), 999)) - 1), '.', '') || '@gmail.com'
    WHEN instr(m.address, '+') BETWEEN 2 AND instr(m.address, '@') THEN
      substr(m.address, 1, instr(m.address, '+') - 1) || substr(m.address, instr(m.address, '@'))
    ELSE m.address
  END, i.contact_id, m.address
FROM person i
JOIN contact_email m ON m.contact_id = i.contact_id
WHERE m.deleted = 0
AND m.address <> ''
UNION
SELECT half.kind, i.name_key || char(31) || substr(h.e164, half.start, 5), i.contact_id, h.e164
FROM person i
JOIN contact_phone h ON h.contact_id = i.contact_id
JOIN (SELECT 3 AS kind, -10 AS start UNION ALL SELECT 4, -5) half
WHERE h.deleted = 0
AND length(h.e164) >= 11
AND i.name_key <> char(0x10FFFD)
UNION
SELECT 5, i.name_key || char(31) || lower(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(
    trim(i.city), 'á', 'a'), 'é', 'e'), 'í', 'i'), 'ó', 'o'), 'ú', 'u'), 'Á', 'a'), 'É', 'e'), 'Í', 'i'), 'Ó', 'o'), 'Ú', 'u')),
  i.contact_id, i.created_at
FROM person i
WHERE trim(i.city) <> ''
AND instr(i.name_key, ' ') > 0;

CREATE TABLE duplicate_pair (
  first_id   TEXT NOT NULL,              -- first_id < second_id
  second_id  TEXT NOT NULL,
  reasons    INTEGER NOT NULL,           -- 1 same phone, 2 same e-mail, 4 e-mail but for dots and tags, 8 name, and phone but for a
                                         -- digit, 16 name and city within 30 days, 32 a lead with the phone of one and the e-mail of the other
  PRIMARY KEY (first_id, second_id)
) WITHOUT ROWID;

CREATE INDEX duplicate_pair_second ON duplicate_pair (second_id);

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

CREATE TABLE entity (
  name        TEXT PRIMARY KEY,
  root        TEXT NOT NULL,
  roots       TEXT NOT NULL DEFAULT '',
  append_only INTEGER NOT NULL DEFAULT 0
, reach TEXT NOT NULL DEFAULT 's.root_id', heirs TEXT NOT NULL DEFAULT '') WITHOUT ROWID;

CREATE TABLE escalation (
  prospect_id TEXT PRIMARY KEY,
  since       TEXT NOT NULL,               -- the instant from which its present seller's clock runs
  told        INTEGER NOT NULL DEFAULT 0,  -- administrators know
  hops        INTEGER NOT NULL DEFAULT 0,
  received_at TEXT NOT NULL,               -- of the enquiry that it is about
  owners      TEXT NOT NULL DEFAULT '[]'   -- JSON: who has had it
) WITHOUT ROWID;

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

CREATE INDEX event_rev ON event (rev);

CREATE TRIGGER event_ended AFTER INSERT ON event WHEN NEW.kind = 'status'
BEGIN
  UPDATE prospect_card
    SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id)
    AND is_open = 0;
END;

CREATE TRIGGER event_ended_differently AFTER UPDATE OF deleted, data, at, kind ON event
WHEN NEW.kind = 'status' OR OLD.kind = 'status'
BEGIN
  UPDATE prospect_card
    SET ended_at = (SELECT s.ended_at FROM prospect_card_source s WHERE s.n = prospect_card.n)
    WHERE n = (SELECT n FROM prospect WHERE id = NEW.prospect_id)
    AND is_open = 0;
END;

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

CREATE TABLE field_clock (
  entity    TEXT NOT NULL,
  row_id    TEXT NOT NULL,
  field     TEXT NOT NULL,
  hlc       INTEGER NOT NULL,
  device_id TEXT NOT NULL,
  PRIMARY KEY (entity, row_id, field)
) WITHOUT ROWID;

CREATE TABLE filling (one INTEGER PRIMARY KEY);

CREATE TABLE holiday (
  id          TEXT PRIMARY KEY,
  day         TEXT NOT NULL,               -- a date
  name        TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TRIGGER holiday_changed_turns AFTER UPDATE ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER holiday_created_turns AFTER INSERT ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER holiday_forgotten_turns AFTER DELETE ON holiday
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE import_file (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  state       TEXT NOT NULL,             -- preview, running, done, cancelled
  format      TEXT NOT NULL,             -- JSON: encoding, separator, sheet
  columns     TEXT NOT NULL,             -- JSON: header texts
  mapping     TEXT NOT NULL DEFAULT '{}', -- JSON, see intake.fileMapping
  preview     TEXT NOT NULL DEFAULT '[]', -- JSON: the first rows, until the import has ended
  total       INTEGER NOT NULL DEFAULT 0,
  body        BLOB                       -- the file itself until the import has ended
);

CREATE INDEX import_file_state ON import_file (state, created_at);

CREATE TABLE import_row (
  import_id   TEXT NOT NULL,
  line        INTEGER NOT NULL,          -- 1 is the first row after the header
  state       TEXT NOT NULL,             -- registered, linked, known, test, held, failed
  problem     TEXT NOT NULL DEFAULT '',
  field       TEXT NOT NULL DEFAULT '',
  cells       TEXT NOT NULL DEFAULT '',  -- JSON, kept only for rows that failed or are held
  prospect_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (import_id, line)
) WITHOUT ROWID;

CREATE TABLE import_seen (
  hash        BLOB PRIMARY KEY,          -- SHA-256 of the row's cells with their headers
  import_id   TEXT NOT NULL,
  prospect_id TEXT NOT NULL,
  at          TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE invitation (
  id          TEXT PRIMARY KEY,
  user_id     TEXT NOT NULL,
  token_hash  BLOB NOT NULL UNIQUE,      -- SHA-256; the token itself is in nobody's file
  created_at  TEXT NOT NULL,
  created_by  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  state       TEXT NOT NULL,             -- open, waiting, admitted, refused, expired, cancelled
  attempts    INTEGER NOT NULL DEFAULT 0, -- how often the token was shown
  device_id   TEXT NOT NULL DEFAULT '',  -- the computer that showed it first
  device_name TEXT NOT NULL DEFAULT '',
  digits      TEXT NOT NULL DEFAULT '',  -- six, of the connection that is waiting
  decided_at  TEXT,
  decided_by  TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;

CREATE INDEX invitation_open ON invitation (state, created_at);

CREATE TABLE lead (
  lead_id       TEXT PRIMARY KEY,
  page_id       TEXT NOT NULL DEFAULT '',
  form_id       TEXT NOT NULL DEFAULT '',
  origin        TEXT NOT NULL,           -- poll, webhook, sweep, file: who told us first
  state         TEXT NOT NULL,           -- received, fetched, registered, linked, test, held, failed
  problem       TEXT NOT NULL DEFAULT '', -- fault code
  problem_args  TEXT NOT NULL DEFAULT '{}',
  class         TEXT NOT NULL DEFAULT '', -- retry, throttle, reauthorise, permission, gone, bug
  attempts      INTEGER NOT NULL DEFAULT 0,
  next_try_at   TEXT,                    -- NULL when no machine will try again
  lead_at       TEXT NOT NULL DEFAULT '', -- Meta's created_time
  received_at   TEXT NOT NULL,
  fetched_at    TEXT,
  registered_at TEXT,
  payload       BLOB,                    -- what Meta sent, until it is registered
  submission_id TEXT NOT NULL DEFAULT '',
  prospect_id   TEXT NOT NULL DEFAULT '',
  seen_again    INTEGER NOT NULL DEFAULT 0, -- how often the same id came once more
  history       INTEGER NOT NULL DEFAULT 0 -- an old lead that a first connection or a file brought: nobody is alarmed
, dismissed_at TEXT);

CREATE INDEX lead_decided ON lead (registered_at) WHERE payload IS NOT NULL AND registered_at IS NOT NULL;

CREATE INDEX lead_form ON lead (form_id, lead_at);

CREATE INDEX lead_next ON lead (next_try_at) WHERE next_try_at IS NOT NULL;

CREATE INDEX lead_recent ON lead (received_at DESC, lead_id);

CREATE INDEX lead_state ON lead (state, received_at DESC, lead_id);

CREATE TRIGGER duplicate_lead_decided AFTER UPDATE OF state ON lead
WHEN OLD.state = 'held' AND NEW.state <> 'held' AND OLD.problem = 'contact.conflict'
BEGIN
  UPDATE duplicate_pair
    SET reasons = reasons & ~32
    WHERE (first_id, second_id) IN (
      SELECT a.value, b.value
      FROM json_each(OLD.problem_args, '$.contacts') a
      JOIN json_each(OLD.problem_args, '$.contacts') b ON a.value < b.value);
  DELETE FROM duplicate_pair WHERE reasons = 0;
END;

CREATE TRIGGER duplicate_lead_held AFTER UPDATE OF state, problem_args ON lead
WHEN NEW.state = 'held' AND NEW.problem = 'contact.conflict'
BEGIN
  INSERT INTO duplicate_pair (first_id, second_id, reasons)
    SELECT a.value, b.value, 32
    FROM json_each(NEW.problem_args, '$.contacts') a
    JOIN json_each(NEW.problem_args, '$.contacts') b ON a.value < b.value
    WHERE true
    ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = reasons | 32;
END;

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

CREATE TABLE membership (
  serial INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  list   BLOB NOT NULL
);

CREATE TABLE meta_form (
  id           TEXT PRIMARY KEY,
  page_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  status       TEXT NOT NULL,            -- ACTIVE, ARCHIVED, DELETED, DRAFT
  locale       TEXT NOT NULL DEFAULT '',
  questions    TEXT NOT NULL DEFAULT '[]', -- JSON as Meta sent it
  tracking     TEXT NOT NULL DEFAULT '[]', -- JSON: fixed parameters, which come back among the answers
  legal        TEXT NOT NULL DEFAULT '{}', -- JSON: legal_content, for consent evidence
  mapping      TEXT NOT NULL DEFAULT '{}', -- JSON: question key to target, see intake.Mapping
  inherited    TEXT NOT NULL DEFAULT '', -- the form whose mapping this one took over
  active       INTEGER NOT NULL DEFAULT 1, -- polled
  leads_count  INTEGER NOT NULL DEFAULT 0, -- what Meta says
  high_water   TEXT NOT NULL DEFAULT '', -- Meta's created_time up to which every lead is in the ledger
  pulled_at    TEXT NOT NULL DEFAULT '', -- last complete pull
  swept_at     TEXT NOT NULL DEFAULT '', -- last 48-hour sweep
  swept_all_at TEXT NOT NULL DEFAULT '', -- last 90-day sweep
  problem      TEXT NOT NULL DEFAULT '', -- fault code of the last pull, '' when fine
  problem_args TEXT NOT NULL DEFAULT '{}',
  created_at   TEXT NOT NULL
) WITHOUT ROWID;

CREATE INDEX meta_form_page ON meta_form (page_id);

CREATE TABLE meta_page (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL,
  active     INTEGER NOT NULL DEFAULT 0,
  tasks      TEXT NOT NULL DEFAULT '[]', -- JSON
  subscribed INTEGER NOT NULL DEFAULT 0, -- webhook subscription of the page seen at the last check
  checked_at TEXT NOT NULL DEFAULT '',
  problem    TEXT NOT NULL DEFAULT ''    -- fault code, '' when fine
, problem_args TEXT NOT NULL DEFAULT '{}') WITHOUT ROWID;

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

CREATE INDEX notice_rev ON notice (rev);

CREATE INDEX notice_unread ON notice (user_id, at) WHERE read_at IS NULL AND deleted = 0;

CREATE INDEX notice_user ON notice (user_id, at);

CREATE TABLE office (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  timezone    TEXT NOT NULL,            -- IANA name
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
, notice_url TEXT NOT NULL DEFAULT '', hours TEXT NOT NULL DEFAULT '', turns_paused INTEGER NOT NULL DEFAULT 0, remind_after INTEGER NOT NULL DEFAULT 5, notify_after INTEGER NOT NULL DEFAULT 15, reassign_after INTEGER NOT NULL DEFAULT 30, most_hops INTEGER NOT NULL DEFAULT 2, shares_at_opening INTEGER NOT NULL DEFAULT 1);

CREATE TRIGGER office_changed_turns AFTER UPDATE OF timezone, hours, turns_paused, remind_after, notify_after, reassign_after, most_hops, shares_at_opening, deleted ON office
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER office_created_turns AFTER INSERT ON office
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER office_forgotten_turns AFTER DELETE ON office
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE office_stretch (
  opens  INTEGER PRIMARY KEY,            -- seconds since 1970
  closes INTEGER NOT NULL,
  before INTEGER NOT NULL                -- seconds of working time before it
);

CREATE TABLE office_stretch_mark (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  mark TEXT NOT NULL                     -- a hash of what is written there
);

CREATE TABLE op_log (
  n           INTEGER PRIMARY KEY,
  op_id       BLOB NOT NULL UNIQUE,
  tx_id       BLOB NOT NULL,
  device_id   TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  hlc         INTEGER NOT NULL,         -- as decided
  hlc_claimed INTEGER NOT NULL,         -- as sent
  base_rev    INTEGER NOT NULL,         -- what the author had read when the op was made
  entity      TEXT NOT NULL,
  row_id      TEXT NOT NULL,
  field       TEXT NOT NULL,            -- '' for the creation of the whole row
  value       BLOB,                     -- JSON: the new value, or the whole row of a creation
  before      BLOB,                     -- JSON: the value replaced; NULL for a creation
  rev         INTEGER NOT NULL,         -- the commit that decided it
  outcome     INTEGER NOT NULL,         -- 1 applied, 2 superseded, 3 refused
  reason      TEXT,
  outcome_rev INTEGER NOT NULL
);

CREATE INDEX op_entity ON op_log (entity);

CREATE INDEX op_outcome ON op_log (device_id, outcome_rev);

CREATE INDEX op_refused ON op_log (n) WHERE outcome = 3;

CREATE INDEX op_row ON op_log (entity, row_id, rev);

CREATE INDEX op_tx ON op_log (tx_id);

CREATE INDEX op_user ON op_log (user_id);

CREATE VIEW open_of_card AS
SELECT c.n AS card, c.owner_id, c.stage_id, c.attended_at IS NOT NULL AS attended, c.next_at IS NOT NULL AS planned
FROM prospect_card c
WHERE +c.is_open = 1;

CREATE TABLE outbox (
  n          INTEGER PRIMARY KEY,
  op_id      BLOB NOT NULL UNIQUE,
  tx_id      BLOB NOT NULL,
  user_id    TEXT NOT NULL,
  at         INTEGER NOT NULL,           -- milliseconds since 1970, by the corrected clock
  hlc        INTEGER NOT NULL,
  base_rev   INTEGER NOT NULL,           -- how far the member had read
  undoes     BLOB,                       -- the transaction that this one takes back
  entity     TEXT NOT NULL,
  row_id     TEXT NOT NULL,
  field      TEXT NOT NULL,              -- '' for the creation of the whole row
  root_id    TEXT NOT NULL,              -- the value of the entity's root column; '*' for what everybody holds
  value      BLOB,                       -- JSON, as in op_log; NULL once forgotten
  before     BLOB,                       -- JSON, for undo
  state      INTEGER NOT NULL DEFAULT 0, -- 0 pending, 1 applied, 2 superseded, 3 refused, 4 held: the host is too old for it
  reason     TEXT NOT NULL DEFAULT '',
  by_user    TEXT NOT NULL DEFAULT '',   -- of a superseded op: who wrote later
  by_at      INTEGER NOT NULL DEFAULT 0,
  settled_at INTEGER NOT NULL DEFAULT 0, -- milliseconds since 1970
  forgotten  INTEGER NOT NULL DEFAULT 0, -- the row's prospect went to somebody else
  dismissed  INTEGER NOT NULL DEFAULT 0  -- the person has seen that it was not accepted
);

CREATE INDEX outbox_pending ON outbox (entity, row_id) WHERE state IN (0, 4);

CREATE INDEX outbox_root ON outbox (root_id);

CREATE INDEX outbox_row ON outbox (entity, row_id, n);

CREATE INDEX outbox_settled ON outbox (settled_at) WHERE state NOT IN (0, 4);

CREATE INDEX outbox_shown ON outbox (n) WHERE state IN (2, 3) AND dismissed = 0;

CREATE INDEX outbox_tx ON outbox (tx_id);

CREATE INDEX outbox_unsettled ON outbox (n) WHERE state IN (0, 4);

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

CREATE INDEX prospect_contact ON prospect (contact_id);

CREATE INDEX prospect_removed ON prospect (n) WHERE deleted = 1;

CREATE INDEX prospect_rev ON prospect (rev);

CREATE TRIGGER prospect_attended AFTER UPDATE OF attended_at ON prospect
WHEN OLD.attended_at IS NOT NEW.attended_at
BEGIN
  UPDATE prospect_card SET attended_at = NEW.attended_at WHERE n = NEW.n;
END;

CREATE TRIGGER prospect_campaign_changed AFTER UPDATE OF campaign_id ON prospect
WHEN OLD.campaign_id <> NEW.campaign_id
BEGIN
  UPDATE prospect_card SET campaign_id = NEW.campaign_id WHERE n = NEW.n;
END;

CREATE TRIGGER prospect_changed AFTER UPDATE OF contact_id, deleted ON prospect
BEGIN
  INSERT INTO stale_card (n) VALUES (NEW.n);
END;

CREATE TRIGGER prospect_changed_agenda AFTER UPDATE OF owner_id, contact_id, deleted ON prospect
WHEN OLD.owner_id <> NEW.owner_id OR OLD.contact_id <> NEW.contact_id OR OLD.deleted <> NEW.deleted
BEGIN
  UPDATE agenda
    SET (owner_id, name, is_shown) = (SELECT s.owner_id, s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id = NEW.id;
END;

CREATE TRIGGER prospect_changed_words AFTER UPDATE OF contact_id, owner_id, deleted ON prospect
BEGIN
  INSERT INTO stale_search (n) VALUES (NEW.n);
END;

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

CREATE TRIGGER prospect_closed_words AFTER UPDATE OF status ON prospect
WHEN (OLD.status IN ('discarded', 'closed')) <> (NEW.status IN ('discarded', 'closed'))
BEGIN
  INSERT INTO stale_search (n) VALUES (NEW.n);
END;

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

CREATE TRIGGER prospect_created_agenda AFTER INSERT ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda
    SET (owner_id, name, is_shown) = (SELECT s.owner_id, s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id = NEW.id;
END;

CREATE TRIGGER prospect_enquired_again AFTER UPDATE OF source, form_id, form_name, campaign_name, lead_at, received_at ON prospect
WHEN (OLD.source, OLD.form_id, OLD.form_name, OLD.campaign_name, OLD.lead_at, OLD.received_at)
  <> (NEW.source, NEW.form_id, NEW.form_name, NEW.campaign_name, NEW.lead_at, NEW.received_at)
BEGIN
  UPDATE prospect_card
    SET source = NEW.source, form_id = NEW.form_id, form_name = NEW.form_name, campaign_name = NEW.campaign_name,
      lead_at = NEW.lead_at, received_at = NEW.received_at
    WHERE n = NEW.n;
END;

CREATE TRIGGER prospect_forgotten AFTER DELETE ON prospect
BEGIN
  DELETE FROM prospect_card WHERE n = OLD.n;
  DELETE FROM prospect_search WHERE rowid = OLD.n;
  DELETE FROM stale_search WHERE n = OLD.n;
END;

CREATE TRIGGER prospect_forgotten_agenda AFTER DELETE ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda SET owner_id = '', name = '', is_shown = 0 WHERE prospect_id = OLD.id;
END;

CREATE TRIGGER prospect_owner_changed AFTER UPDATE OF owner_id ON prospect
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  UPDATE prospect_card SET owner_id = NEW.owner_id WHERE n = NEW.n;
END;

CREATE TRIGGER prospect_reason_changed AFTER UPDATE OF reason_id ON prospect
WHEN OLD.reason_id <> NEW.reason_id
BEGIN
  UPDATE prospect_card SET reason_id = NEW.reason_id WHERE n = NEW.n AND reason_id <> NEW.reason_id;
END;

CREATE TRIGGER prospect_stage_changed AFTER UPDATE OF stage_id ON prospect
WHEN OLD.stage_id <> NEW.stage_id
BEGIN
  UPDATE prospect_card SET stage_id = NEW.stage_id WHERE n = NEW.n;
END;

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

CREATE TRIGGER prospect_temperature_changed AFTER UPDATE OF temperature ON prospect
WHEN OLD.temperature <> NEW.temperature
BEGIN
  UPDATE prospect_card SET temperature = NEW.temperature WHERE n = NEW.n;
END;

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
, campaign_id TEXT NOT NULL DEFAULT '', reason_id TEXT NOT NULL DEFAULT '', ended_at TEXT);

CREATE INDEX card_activity ON prospect_card (is_open, last_activity_at) WHERE last_activity_at IS NOT NULL;

CREATE INDEX card_campaign ON prospect_card (campaign_id, is_open, lead_at, n, form_id) WHERE campaign_id <> '';

CREATE INDEX card_contact ON prospect_card (contact_id, owner_id);

CREATE INDEX card_form ON prospect_card (form_id, is_open, lead_at, n, campaign_id) WHERE form_id <> '';

CREATE INDEX card_lead ON prospect_card (is_open, lead_at);

CREATE INDEX card_next ON prospect_card (is_open, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX card_owner_activity ON prospect_card (owner_id, is_open, last_activity_at) WHERE last_activity_at IS NOT NULL;

CREATE INDEX card_owner_lead ON prospect_card (owner_id, is_open, lead_at, n, stage_id, status, form_id, campaign_id);

CREATE INDEX card_owner_name ON prospect_card (owner_id, is_open, name_key);

CREATE INDEX card_owner_next ON prospect_card (owner_id, is_open, next_at) WHERE next_at IS NOT NULL;

CREATE INDEX card_owner_stage ON prospect_card (owner_id, stage_id, is_open, lead_at, n, temperature, form_id);

CREATE INDEX card_owner_temperature ON prospect_card (owner_id, temperature, is_open, lead_at) WHERE temperature <> '';

CREATE INDEX card_owner_unattended ON prospect_card (owner_id, lead_at) WHERE attended_at IS NULL AND is_open = 1;

CREATE INDEX card_reason ON prospect_card (reason_id, lead_at) WHERE reason_id <> '';

CREATE INDEX card_response ON prospect_card (lead_at, owner_id, form_id, received_at, attended_at, is_open) WHERE source = 'leads';

CREATE INDEX card_stage ON prospect_card (stage_id, is_open, lead_at, n, temperature, form_id);

CREATE INDEX card_status ON prospect_card (status, lead_at);

CREATE INDEX card_temperature ON prospect_card (temperature, is_open, lead_at) WHERE temperature <> '';

CREATE INDEX card_unattended ON prospect_card (lead_at) WHERE attended_at IS NULL AND is_open = 1;

CREATE TRIGGER card_changed_tags AFTER UPDATE OF is_open, lead_at ON prospect_card
BEGIN
  UPDATE card_tag SET is_open = NEW.is_open, lead_at = NEW.lead_at WHERE n = NEW.n;
END;

CREATE TRIGGER card_contact_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (NEW.owner_id, NEW.contact_id, NEW.n, 1);
END;

CREATE TRIGGER card_contact_moved AFTER UPDATE OF owner_id ON prospect_card
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (OLD.owner_id, OLD.contact_id, OLD.n, -1);
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (NEW.owner_id, NEW.contact_id, NEW.n, 1);
END;

CREATE TRIGGER card_contact_uncounted AFTER DELETE ON prospect_card
BEGIN
  INSERT INTO counted_contact (owner_id, contact_id, card, times)
    VALUES (OLD.owner_id, OLD.contact_id, OLD.n, -1);
END;

CREATE TRIGGER card_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO counted_open (card, times) VALUES (NEW.n, 1);
  INSERT INTO counted_days (card, times) VALUES (NEW.n, 1);
END;

CREATE TRIGGER card_created_tags AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT DISTINCT NEW.n, t.tag_id, NEW.is_open, NEW.lead_at
    FROM prospect_tag t
    WHERE t.prospect_id = NEW.prospect_id
    AND t.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = NEW.n AND k.tag_id = t.tag_id);
END;

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

CREATE TRIGGER card_open_counted AFTER UPDATE OF owner_id, stage_id, is_open, attended_at, next_at ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open) <> (NEW.owner_id, NEW.stage_id, NEW.is_open)
  OR (OLD.attended_at IS NULL) <> (NEW.attended_at IS NULL)
  OR (OLD.next_at IS NULL) <> (NEW.next_at IS NULL)
BEGIN
  INSERT INTO counted_open (card, times) VALUES (NEW.n, 1);
END;

CREATE TRIGGER card_open_uncounted BEFORE UPDATE OF owner_id, stage_id, is_open, attended_at, next_at ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open) <> (NEW.owner_id, NEW.stage_id, NEW.is_open)
  OR (OLD.attended_at IS NULL) <> (NEW.attended_at IS NULL)
  OR (OLD.next_at IS NULL) <> (NEW.next_at IS NULL)
BEGIN
  INSERT INTO counted_open (card, times) VALUES (OLD.n, -1);
END;

CREATE TRIGGER card_removed_tags AFTER DELETE ON prospect_card
BEGIN
  DELETE FROM card_tag WHERE n = OLD.n;
END;

CREATE TRIGGER card_uncounted BEFORE DELETE ON prospect_card
BEGIN
  INSERT INTO counted_open (card, times) VALUES (OLD.n, -1);
  INSERT INTO counted_days (card, times) VALUES (OLD.n, -1);
END;

CREATE TRIGGER duplicate_card_created AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;

CREATE TRIGGER duplicate_card_gone AFTER DELETE ON prospect_card
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id);
END;

CREATE TRIGGER duplicate_card_renamed AFTER UPDATE OF name_key ON prospect_card
WHEN OLD.name_key <> NEW.name_key
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;

CREATE TRIGGER prospect_card_counted AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
    VALUES (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id, 1)
    ON CONFLICT (owner_id, stage_id, is_open, temperature, form_id) DO UPDATE SET prospects = prospects + 1;
END;

CREATE TRIGGER prospect_card_recounted AFTER UPDATE OF owner_id, stage_id, is_open, temperature, form_id ON prospect_card
WHEN (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
  <> (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id)
BEGIN
  UPDATE stage_total
    SET prospects = prospects - 1
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id);
  DELETE FROM stage_total
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
    AND prospects = 0;
  INSERT INTO stage_total (owner_id, stage_id, is_open, temperature, form_id, prospects)
    VALUES (NEW.owner_id, NEW.stage_id, NEW.is_open, NEW.temperature, NEW.form_id, 1)
    ON CONFLICT (owner_id, stage_id, is_open, temperature, form_id) DO UPDATE SET prospects = prospects + 1;
END;

CREATE TRIGGER prospect_card_uncounted AFTER DELETE ON prospect_card
BEGIN
  UPDATE stage_total
    SET prospects = prospects - 1
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id);
  DELETE FROM stage_total
    WHERE (owner_id, stage_id, is_open, temperature, form_id)
      = (OLD.owner_id, OLD.stage_id, OLD.is_open, OLD.temperature, OLD.form_id)
    AND prospects = 0;
END;

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

CREATE VIRTUAL TABLE prospect_search USING fts5 (
  owner, name, phone, email, text,
  content = '', contentless_delete = 1,
  prefix = '2 3 4 5 6 7', detail = none,
  tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE 'prospect_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'prospect_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'prospect_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'prospect_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

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

CREATE TABLE prospect_tag (
  id          TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  tag_id      TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE INDEX prospect_tag_prospect ON prospect_tag (prospect_id, tag_id);

CREATE INDEX prospect_tag_rev ON prospect_tag (rev);

CREATE TRIGGER prospect_tag_changed AFTER UPDATE OF deleted, tag_id, prospect_id ON prospect_tag
BEGIN
  DELETE FROM card_tag
    WHERE n = (SELECT p.n FROM prospect p WHERE p.id = OLD.prospect_id)
    AND tag_id = OLD.tag_id;
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT DISTINCT c.n, t.tag_id, c.is_open, c.lead_at
    FROM prospect_tag t
    JOIN prospect p ON p.id = t.prospect_id
    JOIN prospect_card c ON c.n = p.n
    WHERE t.prospect_id IN (OLD.prospect_id, NEW.prospect_id)
    AND t.tag_id IN (OLD.tag_id, NEW.tag_id)
    AND t.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = c.n AND k.tag_id = t.tag_id);
END;

CREATE TRIGGER prospect_tag_created AFTER INSERT ON prospect_tag
BEGIN
  INSERT INTO card_tag (n, tag_id, is_open, lead_at)
    SELECT c.n, NEW.tag_id, c.is_open, c.lead_at
    FROM prospect p
    JOIN prospect_card c ON c.n = p.n
    WHERE p.id = NEW.prospect_id
    AND NEW.deleted = 0
    AND NOT EXISTS (SELECT 1 FROM card_tag k WHERE k.n = c.n AND k.tag_id = NEW.tag_id);
END;

CREATE TRIGGER prospect_tag_forgotten AFTER DELETE ON prospect_tag
BEGIN
  DELETE FROM card_tag
    WHERE n = (SELECT p.n FROM prospect p WHERE p.id = OLD.prospect_id)
    AND tag_id = OLD.tag_id
    AND NOT EXISTS (
      SELECT 1
      FROM prospect_tag t
      WHERE t.prospect_id = OLD.prospect_id
      AND t.tag_id = OLD.tag_id
      AND t.deleted = 0);
END;

CREATE TABLE refusal (
  op_id      BLOB PRIMARY KEY,
  decided_at TEXT NOT NULL,
  decided_by TEXT NOT NULL
) WITHOUT ROWID;

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

CREATE INDEX reminder_activity ON reminder (activity_id);

CREATE INDEX reminder_due ON reminder (user_id, remind_at) WHERE deleted = 0 AND done_at IS NULL;

CREATE INDEX reminder_prospect ON reminder (prospect_id);

CREATE INDEX reminder_rev ON reminder (rev);

CREATE TRIGGER reminder_changed_agenda AFTER UPDATE OF activity_id, remind_at, done_at, deleted ON reminder
BEGIN
  UPDATE agenda
    SET remind_at = (SELECT s.remind_at FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE activity_id IN (OLD.activity_id, NEW.activity_id);
END;

CREATE TRIGGER reminder_created_agenda AFTER INSERT ON reminder
WHEN NEW.deleted = 0 AND NEW.done_at IS NULL
BEGIN
  UPDATE agenda SET remind_at = min(coalesce(remind_at, NEW.remind_at), NEW.remind_at) WHERE activity_id = NEW.activity_id;
END;

CREATE TRIGGER reminder_forgotten_agenda AFTER DELETE ON reminder
BEGIN
  UPDATE agenda
    SET remind_at = (SELECT s.remind_at FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE activity_id = OLD.activity_id;
END;

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

CREATE TABLE scope (
  user_id     TEXT NOT NULL,
  root_id     TEXT NOT NULL,
  granted_rev INTEGER NOT NULL,
  revoked_rev INTEGER NOT NULL DEFAULT 0,
  active      INTEGER NOT NULL,
  PRIMARY KEY (user_id, root_id)
) WITHOUT ROWID;

CREATE INDEX scope_granted ON scope (user_id, granted_rev) WHERE active;

CREATE INDEX scope_revoked ON scope (user_id, revoked_rev) WHERE revoked_rev > 0;

CREATE TABLE seller_group (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TRIGGER seller_group_changed_turns AFTER UPDATE ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER seller_group_created_turns AFTER INSERT ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER seller_group_forgotten_turns AFTER DELETE ON seller_group
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE seller_group_member (
  id          TEXT PRIMARY KEY,
  group_id    TEXT NOT NULL,
  user_id     TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE INDEX seller_group_member_group ON seller_group_member (group_id);

CREATE TRIGGER seller_group_member_changed_turns AFTER UPDATE ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER seller_group_member_created_turns AFTER INSERT ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER seller_group_member_forgotten_turns AFTER DELETE ON seller_group_member
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE session (
  token_hash BLOB PRIMARY KEY,           -- SHA-256 of the bearer token
  user_id    TEXT NOT NULL,
  created_at TEXT NOT NULL,
  seen_at    TEXT NOT NULL,              -- moved at most once a minute
  expires_at TEXT NOT NULL,
  locked     INTEGER NOT NULL DEFAULT 0  -- idle too long: asks for the password again
) WITHOUT ROWID;

CREATE INDEX session_user ON session (user_id);

CREATE TABLE setting (
  k TEXT PRIMARY KEY,                    -- "intake.poll_seconds", "user.<id>.preferences"
  v TEXT NOT NULL                        -- JSON
) WITHOUT ROWID;

CREATE TABLE sign_in_delay (
  login         TEXT PRIMARY KEY,        -- of an unknown one only its SHA-256: it may be a password in the wrong field
  failures      INTEGER NOT NULL,
  next_at       TEXT NOT NULL            -- no attempt is looked at before
) WITHOUT ROWID;

CREATE TABLE stage (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  archived    INTEGER NOT NULL DEFAULT 0,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
, requires TEXT NOT NULL DEFAULT '[]', successor_id TEXT NOT NULL DEFAULT '');

CREATE TABLE stage_total (
  owner_id    TEXT NOT NULL,
  stage_id    TEXT NOT NULL,
  is_open     INTEGER NOT NULL,
  temperature TEXT NOT NULL,
  form_id     TEXT NOT NULL,
  prospects   INTEGER NOT NULL,
  PRIMARY KEY (owner_id, stage_id, is_open, temperature, form_id)
) WITHOUT ROWID;

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

CREATE VIEW stale_card AS SELECT n FROM prospect_card;

CREATE TABLE stale_duplicate (contact_id TEXT NOT NULL);

CREATE TABLE stale_search (n INTEGER NOT NULL);

CREATE TABLE store_state (
  k TEXT PRIMARY KEY,
  v
) WITHOUT ROWID;

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

CREATE UNIQUE INDEX submission_lead ON submission (lead_id) WHERE lead_id <> '' AND deleted = 0;

CREATE INDEX submission_prospect ON submission (prospect_id, lead_at);

CREATE INDEX submission_rev ON submission (rev);

CREATE TRIGGER submission_created AFTER INSERT ON submission
WHEN EXISTS (SELECT 1 FROM prospect WHERE id = NEW.prospect_id)
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;

CREATE TRIGGER submission_removed AFTER UPDATE OF deleted ON submission
BEGIN
  INSERT INTO stale_search (n) SELECT n FROM prospect WHERE id = NEW.prospect_id;
END;

CREATE TABLE tag (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  color       TEXT NOT NULL DEFAULT '',
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
);

CREATE TABLE tally_answer (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  clock TEXT NOT NULL,
  upto INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day, clock, upto)
) WITHOUT ROWID;

CREATE TRIGGER tally_answer_emptied AFTER UPDATE OF n ON tally_answer WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_answer
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day
    AND clock = NEW.clock
    AND upto = NEW.upto;
END;

CREATE TABLE tally_attended (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day)
) WITHOUT ROWID;

CREATE TRIGGER tally_attended_emptied AFTER UPDATE OF n ON tally_attended WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_attended
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day;
END;

CREATE TABLE tally_contact (
  owner_id TEXT PRIMARY KEY,
  n        INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER tally_contact_emptied AFTER UPDATE OF n ON tally_contact WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_contact WHERE owner_id = NEW.owner_id;
END;

CREATE TABLE tally_ended (
  owner_id TEXT NOT NULL,
  day TEXT NOT NULL,
  status TEXT NOT NULL,
  reason_id TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, day, status, reason_id)
) WITHOUT ROWID;

CREATE TRIGGER tally_ended_emptied AFTER UPDATE OF n ON tally_ended WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_ended
    WHERE owner_id = NEW.owner_id
    AND day = NEW.day
    AND status = NEW.status
    AND reason_id = NEW.reason_id;
END;

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

CREATE TABLE tally_open (
  owner_id TEXT NOT NULL,
  stage_id TEXT NOT NULL,
  attended INTEGER NOT NULL,
  planned INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (owner_id, stage_id, attended, planned)
) WITHOUT ROWID;

CREATE TRIGGER tally_open_emptied AFTER UPDATE OF n ON tally_open WHEN NEW.n = 0
BEGIN
  DELETE FROM tally_open
    WHERE owner_id = NEW.owner_id
    AND stage_id = NEW.stage_id
    AND attended = NEW.attended
    AND planned = NEW.planned;
END;

CREATE VIEW tally_owner AS SELECT 0 AS everybody UNION ALL SELECT 1;

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

CREATE TABLE turn_count (
  rota     TEXT NOT NULL,                  -- seller_group.id, or ''
  user_id  TEXT NOT NULL,
  given    INTEGER NOT NULL DEFAULT 0,
  last_at  TEXT NOT NULL DEFAULT '',
  day      TEXT NOT NULL DEFAULT '',       -- the date of the last turn, for the daily cap
  today    INTEGER NOT NULL DEFAULT 0,     -- how many on that day
  PRIMARY KEY (rota, user_id)
) WITHOUT ROWID;

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

CREATE TRIGGER turn_rule_changed_turns AFTER UPDATE ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER turn_rule_created_turns AFTER INSERT ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER turn_rule_forgotten_turns AFTER DELETE ON turn_rule
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE turn_version (v INTEGER NOT NULL);

CREATE TABLE user (
  id          TEXT PRIMARY KEY,
  login       TEXT NOT NULL,            -- lower case
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,            -- admin, seller
  active      INTEGER NOT NULL DEFAULT 1,
  paused      INTEGER NOT NULL DEFAULT 0, -- takes no turns
  created_at  TEXT NOT NULL,
  created_hlc INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, extra TEXT NOT NULL DEFAULT '{}', rev INTEGER NOT NULL
, can_export INTEGER NOT NULL DEFAULT 0, hours TEXT NOT NULL DEFAULT '', daily_cap INTEGER NOT NULL DEFAULT 0, backlog_cap INTEGER NOT NULL DEFAULT 0);

CREATE UNIQUE INDEX user_login ON user (login) WHERE deleted = 0;

CREATE TRIGGER user_changed_turns AFTER UPDATE OF name, role, active, paused, hours, daily_cap, backlog_cap, deleted ON user
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER user_created_turns AFTER INSERT ON user
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TRIGGER user_forgotten_turns AFTER DELETE ON user
BEGIN
  UPDATE turn_version SET v = random();
END;

CREATE TABLE waiting_row (
  entity TEXT NOT NULL,
  row_id TEXT NOT NULL,
  body   TEXT NOT NULL,
  PRIMARY KEY (entity, row_id)
) WITHOUT ROWID;
