CREATE TABLE passkey (
  credential BYTEA NOT NULL PRIMARY KEY,
  account TEXT COLLATE "C" NOT NULL REFERENCES account (name) ON DELETE CASCADE,
  name TEXT COLLATE "C" NOT NULL,
  public_key BYTEA NOT NULL,
  sign_count BIGINT NOT NULL,
  registered_at BIGINT NOT NULL,
  used_at BIGINT
);
