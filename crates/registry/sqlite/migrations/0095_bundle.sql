CREATE TABLE bundle (
  id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  prepared_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
