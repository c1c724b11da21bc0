CREATE TABLE recovery_code (
  account TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  code_hash BYTEA NOT NULL,
  PRIMARY KEY (account, code_hash)
);
