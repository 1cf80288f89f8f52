-- +goose Up

-- A lead that came to nothing, and of which nothing more is to come: a person has said so, or what Meta sent is past its time.
ALTER TABLE lead ADD COLUMN dismissed_at TEXT;

-- What fills the sentence of a page's problem.
ALTER TABLE meta_page ADD COLUMN problem_args TEXT NOT NULL DEFAULT '{}'; -- JSON

-- +goose Down
-- Migrations go forward only.
