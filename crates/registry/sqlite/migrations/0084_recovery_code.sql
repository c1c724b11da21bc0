CREATE TABLE recovery_code (
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  code_hash BLOB NOT NULL,
  PRIMARY KEY (account, code_hash)
);
