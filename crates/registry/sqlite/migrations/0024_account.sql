CREATE TABLE account (
  name TEXT NOT NULL PRIMARY KEY,
  display_name TEXT NOT NULL,
  roles TEXT NOT NULL,
  password_hash TEXT,
  disabled BIGINT NOT NULL
);
