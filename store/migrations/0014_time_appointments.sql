-- +goose Up

-- How long something takes, in minutes; NULL for as long as its kind usually does: an hour for what two people come to.
ALTER TABLE activity ADD COLUMN minutes INTEGER;

-- +goose Down
-- Migrations go forward only.
