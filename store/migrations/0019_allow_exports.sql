-- +goose Up

-- Whether a seller may take lists away as files. Nobody may until an administrator says so.
ALTER TABLE user ADD COLUMN can_export INTEGER NOT NULL DEFAULT 0;

-- +goose Down
