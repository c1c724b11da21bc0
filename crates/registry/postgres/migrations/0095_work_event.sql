CREATE TABLE work_event (
  number BIGINT NOT NULL PRIMARY KEY,
  origin TEXT COLLATE "C" NOT NULL,
  finding_key BYTEA NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  FOREIGN KEY (origin, finding_key) REFERENCES finding (origin, finding_key) ON DELETE CASCADE
);
