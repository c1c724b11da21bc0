CREATE TABLE session (
  token_hash BLOB NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  proof TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
