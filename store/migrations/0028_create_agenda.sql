-- +goose Up

-- What is planned, by whose it is and when, with what a week shows of it: a seller's week is one stretch of this table, however
-- many activities there are. Derived: the activity, its prospect, its contact and its reminders say everything. due is an
-- instant, or a date of ten characters; a date sorts before the instants of its day.
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

INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source ORDER BY owner_id, due, activity_id;
CREATE UNIQUE INDEX agenda_activity ON agenda (activity_id);
CREATE INDEX agenda_prospect ON agenda (prospect_id);
CREATE INDEX agenda_due ON agenda (due, is_shown);
CREATE INDEX agenda_open ON agenda (due) WHERE is_open = 1 AND is_shown = 1;
CREATE INDEX agenda_owner_open ON agenda (owner_id, due) WHERE is_open = 1 AND is_shown = 1;

-- +goose StatementBegin
CREATE TRIGGER activity_planned AFTER INSERT ON activity
WHEN NEW.deleted = 0 AND coalesce(NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source WHERE activity_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_replanned AFTER UPDATE OF prospect_id, kind, result, body, due_at, due_on, minutes, done_at, deleted ON activity
WHEN coalesce(OLD.due_at, OLD.due_on, NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
  INSERT INTO agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM agenda_source WHERE activity_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_forgotten_plan AFTER DELETE ON activity
WHEN coalesce(OLD.due_at, OLD.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER reminder_created_agenda AFTER INSERT ON reminder
WHEN NEW.deleted = 0 AND NEW.done_at IS NULL
BEGIN
  UPDATE agenda SET remind_at = min(coalesce(remind_at, NEW.remind_at), NEW.remind_at) WHERE activity_id = NEW.activity_id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reminder_changed_agenda AFTER UPDATE OF activity_id, remind_at, done_at, deleted ON reminder
BEGIN
  UPDATE agenda
    SET remind_at = (SELECT s.remind_at FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE activity_id IN (OLD.activity_id, NEW.activity_id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER reminder_forgotten_agenda AFTER DELETE ON reminder
BEGIN
  UPDATE agenda
    SET remind_at = (SELECT s.remind_at FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE activity_id = OLD.activity_id;
END;
-- +goose StatementEnd

-- On another computer a prospect and its contact come after what is planned with them.
-- +goose StatementBegin
CREATE TRIGGER prospect_created_agenda AFTER INSERT ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda
    SET (owner_id, name, is_shown) = (SELECT s.owner_id, s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_changed_agenda AFTER UPDATE OF owner_id, contact_id, deleted ON prospect
WHEN OLD.owner_id <> NEW.owner_id OR OLD.contact_id <> NEW.contact_id OR OLD.deleted <> NEW.deleted
BEGIN
  UPDATE agenda
    SET (owner_id, name, is_shown) = (SELECT s.owner_id, s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_created_agenda AFTER INSERT ON contact
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda
    SET (name, is_shown) = (SELECT s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = NEW.id);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_changed_agenda AFTER UPDATE OF name, opposed_at ON contact
WHEN OLD.name IS NOT NEW.name OR OLD.opposed_at IS NOT NEW.opposed_at
BEGIN
  UPDATE agenda
    SET (name, is_shown) = (SELECT s.name, s.is_shown FROM agenda_source s WHERE s.activity_id = agenda.activity_id)
    WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = NEW.id);
END;
-- +goose StatementEnd
-- A prospect or contact that is forgotten takes its activities with it; what is left of them meanwhile is not shown.
-- +goose StatementBegin
CREATE TRIGGER prospect_forgotten_agenda AFTER DELETE ON prospect
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda SET owner_id = '', name = '', is_shown = 0 WHERE prospect_id = OLD.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER contact_forgotten_agenda AFTER DELETE ON contact
WHEN NOT EXISTS (SELECT 1 FROM filling)
BEGIN
  UPDATE agenda SET name = '', is_shown = 0 WHERE prospect_id IN (SELECT id FROM prospect WHERE contact_id = OLD.id);
END;
-- +goose StatementEnd

INSERT INTO derived (position, stale, sql) VALUES
  (30, 'filling', 'DELETE FROM main.agenda'),
  (31, 'filling', 'INSERT INTO main.agenda SELECT owner_id, due, activity_id, prospect_id, is_open, is_shown, name, kind, result, body, minutes, done_at, remind_at FROM main.agenda_source ORDER BY owner_id, due, activity_id');

-- +goose Down
-- Migrations go forward only.
