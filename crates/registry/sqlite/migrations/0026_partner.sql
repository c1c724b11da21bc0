CREATE TABLE partner (
  node TEXT NOT NULL PRIMARY KEY,
  identity TEXT NOT NULL,
  agreement TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  left_at BIGINT
);
