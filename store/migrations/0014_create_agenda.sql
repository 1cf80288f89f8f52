-- +goose Up

-- What is planned, by whose it is and when: a week of the agenda is one stretch of one index, however many activities there
-- are. Derived: the activity and its prospect say everything. due is an instant, or a date of ten characters; a date sorts
-- before the instants of its day.
CREATE TABLE agenda (
  activity_id TEXT PRIMARY KEY,
  prospect_id TEXT NOT NULL,
  owner_id    TEXT NOT NULL,             -- the prospect's seller; '' in the administrator's tray
  due         TEXT NOT NULL,
  is_open     INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO agenda
  SELECT a.id, a.prospect_id, coalesce(p.owner_id, ''), coalesce(a.due_at, a.due_on), a.done_at IS NULL
  FROM activity a
  LEFT JOIN prospect p ON p.id = a.prospect_id
  WHERE a.deleted = 0
  AND coalesce(a.due_at, a.due_on) IS NOT NULL
  ORDER BY a.id;
CREATE INDEX agenda_due ON agenda (due, is_open, prospect_id);
CREATE INDEX agenda_owner_due ON agenda (owner_id, due, is_open, prospect_id);
CREATE INDEX agenda_open ON agenda (due, prospect_id) WHERE is_open = 1;
CREATE INDEX agenda_owner_open ON agenda (owner_id, due, prospect_id) WHERE is_open = 1;
CREATE INDEX agenda_prospect ON agenda (prospect_id);

-- +goose StatementBegin
CREATE TRIGGER activity_planned AFTER INSERT ON activity
WHEN NEW.deleted = 0 AND coalesce(NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  INSERT INTO agenda
    SELECT NEW.id, NEW.prospect_id, coalesce((SELECT owner_id FROM prospect WHERE id = NEW.prospect_id), ''),
      coalesce(NEW.due_at, NEW.due_on), NEW.done_at IS NULL;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_replanned AFTER UPDATE OF prospect_id, due_at, due_on, done_at, deleted ON activity
WHEN coalesce(OLD.due_at, OLD.due_on, NEW.due_at, NEW.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
  INSERT INTO agenda
    SELECT NEW.id, NEW.prospect_id, coalesce((SELECT owner_id FROM prospect WHERE id = NEW.prospect_id), ''),
      coalesce(NEW.due_at, NEW.due_on), NEW.done_at IS NULL
    WHERE NEW.deleted = 0
    AND coalesce(NEW.due_at, NEW.due_on) IS NOT NULL;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER activity_forgotten_plan AFTER DELETE ON activity
WHEN coalesce(OLD.due_at, OLD.due_on) IS NOT NULL
BEGIN
  DELETE FROM agenda WHERE activity_id = OLD.id;
END;
-- +goose StatementEnd

-- On another computer a prospect comes after what is planned with it.
-- +goose StatementBegin
CREATE TRIGGER prospect_created_agenda AFTER INSERT ON prospect
WHEN NEW.owner_id <> ''
BEGIN
  UPDATE agenda SET owner_id = NEW.owner_id WHERE prospect_id = NEW.id;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER prospect_owner_changed_agenda AFTER UPDATE OF owner_id ON prospect
WHEN OLD.owner_id <> NEW.owner_id
BEGIN
  UPDATE agenda SET owner_id = NEW.owner_id WHERE prospect_id = NEW.id;
END;
-- +goose StatementEnd

-- +goose Down
-- Migrations go forward only.
