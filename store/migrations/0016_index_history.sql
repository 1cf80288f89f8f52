-- +goose Up

-- The history screen enters the log by who did it, by what it was done to, and by when; the integer key, last in every index,
-- keeps each in the order in which things happened. A prospect's own lines come through op_row.
CREATE INDEX op_user ON op_log (user_id);
CREATE INDEX op_entity ON op_log (entity);
CREATE INDEX commit_at ON commits (at);
CREATE INDEX audit_user ON audit (user_id);

-- +goose Down
