CREATE TABLE office (
  n            INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  device       TEXT NOT NULL,
  serial       INTEGER NOT NULL,
  serial_at    INTEGER NOT NULL,
  hook         TEXT NOT NULL UNIQUE,
  verify_token TEXT NOT NULL,
  page         TEXT NOT NULL UNIQUE,
  created      INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  updated      TEXT NOT NULL,
  name         TEXT NOT NULL,
  privacy      TEXT NOT NULL,
  deletion     TEXT NOT NULL
) STRICT;

-- A row id that grows with an index beside it takes four times the appends of a key (office, seq) without row ids.
CREATE TABLE event (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  office    INTEGER NOT NULL REFERENCES office (n),
  at        INTEGER NOT NULL,
  kind      TEXT NOT NULL,
  code      TEXT NOT NULL,
  signature TEXT NOT NULL,
  body      BLOB NOT NULL
) STRICT;
CREATE INDEX event_office ON event (office, seq);

CREATE TABLE deletion (
  code    TEXT PRIMARY KEY,
  office  TEXT NOT NULL,
  state   TEXT NOT NULL,
  reason  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  changed INTEGER NOT NULL
) STRICT;
CREATE INDEX deletion_at ON deletion (at);

-- Written to find out whether anything can be.
CREATE TABLE probe (n INTEGER NOT NULL) STRICT;
INSERT INTO probe (n) VALUES (0);
