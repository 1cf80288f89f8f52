-- +goose Up

-- ── People who may be one ───────────────────────────────────────────────────────────────────────────────────────────
-- Derived like the lists, never replicated. Triggers note whose keys are stale; once for each commit their keys are written
-- anew and compared with those who share one, so the work goes with what changed and not with how many people there are.
CREATE TABLE duplicate_key (
  kind       INTEGER NOT NULL,           -- 1 phone, 2 e-mail, 3 and 4 name with half of a phone, 5 name and city
  key        TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  value      TEXT NOT NULL,              -- what is compared: the whole phone, the address, when the contact was made
  PRIMARY KEY (kind, key, value, contact_id)
) WITHOUT ROWID;
CREATE INDEX duplicate_key_contact ON duplicate_key (contact_id);

CREATE TABLE duplicate_pair (
  first_id   TEXT NOT NULL,              -- first_id < second_id
  second_id  TEXT NOT NULL,
  reasons    INTEGER NOT NULL,           -- 1 same phone, 2 same e-mail, 4 e-mail but for dots and tags, 8 name, and phone but for a
                                         -- digit, 16 name and city within 30 days, 32 a lead with the phone of one and the e-mail of the other
  PRIMARY KEY (first_id, second_id)
) WITHOUT ROWID;
CREATE INDEX duplicate_pair_second ON duplicate_pair (second_id);

CREATE TABLE stale_duplicate (contact_id TEXT NOT NULL);

-- The keys of a contact that has a prospect. A phone that differs from another in one digit shares its first or its last five
-- with it. A name of one word and a city say nothing.
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

-- Keys with very many holders say nothing: nobody looks at more than so many of one. Of a name and a city only those count who
-- were made within 30 days of each other, which is a stretch of the key.
INSERT INTO derived (position, stale, sql) VALUES
  (20, 'stale_duplicate', 'DELETE FROM main.duplicate_key WHERE contact_id IN (SELECT contact_id FROM main.stale_duplicate)'),
  (21, 'stale_duplicate', 'UPDATE main.duplicate_pair SET reasons = 32
    WHERE reasons > 32 AND (first_id IN (SELECT contact_id FROM main.stale_duplicate) OR second_id IN (SELECT contact_id FROM main.stale_duplicate))'),
  (22, 'stale_duplicate', 'DELETE FROM main.duplicate_pair WHERE reasons <> 32 AND first_id IN (SELECT contact_id FROM main.stale_duplicate)'),
  (23, 'stale_duplicate', 'DELETE FROM main.duplicate_pair WHERE reasons <> 32 AND second_id IN (SELECT contact_id FROM main.stale_duplicate)'),
  (24, 'stale_duplicate', 'INSERT OR IGNORE INTO main.duplicate_key (kind, key, contact_id, value)
    SELECT s.kind, s.key, s.contact_id, s.value
    FROM main.duplicate_key_source s
    WHERE s.contact_id IN (SELECT contact_id FROM main.stale_duplicate)'),
  (25, 'stale_duplicate', 'INSERT INTO main.duplicate_pair (first_id, second_id, reasons)
    SELECT min(k.contact_id, o.contact_id), max(k.contact_id, o.contact_id),
      CASE
        WHEN k.kind = 1 THEN 1
        WHEN k.kind = 2 THEN iif(k.value = o.value, 2, 4)
        WHEN k.kind IN (3, 4) THEN 8
        ELSE 16
      END AS reason
    FROM (
      SELECT m.kind, m.key, m.contact_id, m.value,
        iif(m.kind = 5, strftime(''%Y-%m-%dT%H:%M:%fZ'', m.value, ''-30 days''), '''') AS low,
        iif(m.kind = 5, strftime(''%Y-%m-%dT%H:%M:%fZ'', m.value, ''+30 days''), char(0x10FFFD)) AS high
      FROM (SELECT DISTINCT contact_id FROM main.stale_duplicate) t
      CROSS JOIN main.duplicate_key m ON m.contact_id = t.contact_id) k
    CROSS JOIN main.duplicate_key o ON o.kind = k.kind AND o.key = k.key AND o.value BETWEEN k.low AND k.high AND o.contact_id <> k.contact_id
    WHERE (
      SELECT count(*)
      FROM (
        SELECT 1
        FROM main.duplicate_key m
        WHERE m.kind = k.kind
        AND m.key = k.key
        AND m.value BETWEEN k.low AND k.high
        LIMIT 31)) <= 30
    AND (
      k.kind NOT IN (3, 4)
      OR length(k.value) = length(o.value) AND 1 =
        (substr(k.value, -1, 1) <> substr(o.value, -1, 1)) + (substr(k.value, -2, 1) <> substr(o.value, -2, 1)) +
        (substr(k.value, -3, 1) <> substr(o.value, -3, 1)) + (substr(k.value, -4, 1) <> substr(o.value, -4, 1)) +
        (substr(k.value, -5, 1) <> substr(o.value, -5, 1)) + (substr(k.value, -6, 1) <> substr(o.value, -6, 1)) +
        (substr(k.value, -7, 1) <> substr(o.value, -7, 1)) + (substr(k.value, -8, 1) <> substr(o.value, -8, 1)) +
        (substr(k.value, -9, 1) <> substr(o.value, -9, 1)) + (substr(k.value, -10, 1) <> substr(o.value, -10, 1)) +
        10 * (substr(k.value, 1, length(k.value) - 10) <> substr(o.value, 1, length(o.value) - 10)))
    ON CONFLICT (first_id, second_id) DO UPDATE SET reasons = reasons | excluded.reasons'),
  (26, 'stale_duplicate', 'DELETE FROM main.stale_duplicate');

-- A card is written with its prospect, and when that goes to another contact, is removed or comes back, and with a name.
-- +goose StatementBegin
CREATE TRIGGER duplicate_card_created AFTER INSERT ON prospect_card
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_card_gone AFTER DELETE ON prospect_card
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_card_renamed AFTER UPDATE OF name_key ON prospect_card
WHEN OLD.name_key <> NEW.name_key
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_contact_changed AFTER UPDATE OF city, deleted ON contact
WHEN OLD.city <> NEW.city OR OLD.deleted <> NEW.deleted
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_phone_created AFTER INSERT ON contact_phone
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_phone_changed AFTER UPDATE OF e164, contact_id, deleted ON contact_phone
WHEN (OLD.e164, OLD.contact_id, OLD.deleted) <> (NEW.e164, NEW.contact_id, NEW.deleted)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id), (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_email_created AFTER INSERT ON contact_email
WHEN EXISTS (SELECT 1 FROM prospect WHERE contact_id = NEW.contact_id)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (NEW.contact_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER duplicate_email_changed AFTER UPDATE OF address, contact_id, deleted ON contact_email
WHEN (OLD.address, OLD.contact_id, OLD.deleted) <> (NEW.address, NEW.contact_id, NEW.deleted)
BEGIN
  INSERT INTO stale_duplicate (contact_id) VALUES (OLD.contact_id), (NEW.contact_id);
END;
-- +goose StatementEnd

-- A lead that waits because its phone is one person's and its e-mail another's makes a pair of them for as long as it waits.
-- +goose StatementBegin
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
-- +goose StatementEnd
-- +goose StatementBegin
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
-- +goose StatementEnd

-- Those who were there before.
INSERT INTO stale_duplicate (contact_id) SELECT DISTINCT contact_id FROM prospect_card;

-- +goose Down
-- Migrations go forward only.
