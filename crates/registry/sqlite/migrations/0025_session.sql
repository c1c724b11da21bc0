CREATE TABLE session (
  token_hash BLOB NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL
);
