CREATE TABLE account (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  display_name TEXT COLLATE "C" NOT NULL,
  roles TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C",
  disabled BIGINT NOT NULL
);
