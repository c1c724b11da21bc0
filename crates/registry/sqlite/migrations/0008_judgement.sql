CREATE TABLE judgement (
  number BIGINT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);
