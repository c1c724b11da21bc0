CREATE TABLE journal_entry (
  position BIGINT NOT NULL PRIMARY KEY,
  content TEXT COLLATE "C",
  salt BYTEA,
  commitment BYTEA NOT NULL,
  entered_at BIGINT NOT NULL
);
