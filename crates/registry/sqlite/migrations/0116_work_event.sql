CREATE TABLE work_event (
  number BIGINT NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  kind TEXT NOT NULL,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  content TEXT NOT NULL,
  FOREIGN KEY (origin, finding_key) REFERENCES finding (origin, finding_key) ON DELETE CASCADE
);
