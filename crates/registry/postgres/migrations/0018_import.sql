CREATE TABLE import (
  number BIGINT NOT NULL PRIMARY KEY,
  source BYTEA NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL,
  format TEXT COLLATE "C" NOT NULL,
  dataset TEXT COLLATE "C" NOT NULL,
  label BYTEA NOT NULL REFERENCES label (id),
  records BIGINT NOT NULL,
  statements BIGINT NOT NULL,
  rejects BIGINT NOT NULL,
  imported_at BIGINT NOT NULL,
  erased BIGINT NOT NULL
);
