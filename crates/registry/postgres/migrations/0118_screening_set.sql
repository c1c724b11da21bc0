CREATE TABLE screening_set (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  label BYTEA NOT NULL REFERENCES label (id),
  owner TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  screened_at BIGINT,
  content TEXT COLLATE "C" NOT NULL
);
