CREATE TABLE decision (
  number BIGINT NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  content TEXT NOT NULL
);
