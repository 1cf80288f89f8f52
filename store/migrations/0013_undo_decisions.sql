-- +goose Up

-- A person's decision about a held lead can be taken back and made anew: the submission that was taken back keeps its lead's
-- id, and only one that stands may have it.
DROP INDEX submission_lead;
CREATE UNIQUE INDEX submission_lead ON submission (lead_id) WHERE lead_id <> '' AND deleted = 0;

-- What such a lead brought is kept in its line for a day, and found again here.
CREATE INDEX lead_decided ON lead (registered_at) WHERE payload IS NOT NULL AND registered_at IS NOT NULL;

-- +goose Down
-- Migrations go forward only.
