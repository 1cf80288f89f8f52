-- +goose Up

-- Each page tells what was taken from its user since the last one, also what was given back meanwhile.
DROP INDEX scope_revoked;
CREATE INDEX scope_revoked ON scope (user_id, revoked_rev) WHERE revoked_rev > 0;

-- +goose Down
-- Migrations go forward only.
