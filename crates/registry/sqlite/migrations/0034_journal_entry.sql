CREATE TABLE journal_entry (
  position BIGINT NOT NULL PRIMARY KEY,
  content TEXT,
  salt BLOB,
  commitment BLOB NOT NULL,
  entered_at BIGINT NOT NULL
);
