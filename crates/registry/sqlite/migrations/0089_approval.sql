CREATE TABLE approval (
  id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  requested_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
