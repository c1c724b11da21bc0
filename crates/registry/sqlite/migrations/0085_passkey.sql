CREATE TABLE passkey (
  credential BLOB NOT NULL PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  name TEXT NOT NULL,
  public_key BLOB NOT NULL,
  sign_count BIGINT NOT NULL,
  registered_at BIGINT NOT NULL,
  used_at BIGINT
);
