CREATE TABLE job (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  done BIGINT NOT NULL,
  total BIGINT,
  result TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  ended_at BIGINT
);
