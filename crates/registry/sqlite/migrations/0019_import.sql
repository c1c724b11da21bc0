CREATE TABLE import (
  number BIGINT NOT NULL PRIMARY KEY,
  source BLOB NOT NULL,
  file_name TEXT NOT NULL,
  format TEXT NOT NULL,
  dataset TEXT NOT NULL,
  label BLOB NOT NULL REFERENCES label (id),
  records BIGINT NOT NULL,
  statements BIGINT NOT NULL,
  rejects BIGINT NOT NULL,
  imported_at BIGINT NOT NULL,
  erased BIGINT NOT NULL
);
