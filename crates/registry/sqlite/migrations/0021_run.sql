CREATE TABLE run (
  id BLOB NOT NULL PRIMARY KEY,
  detector TEXT NOT NULL,
  detector_hash BLOB NOT NULL,
  parameter_hash BLOB NOT NULL,
  snapshot BIGINT NOT NULL,
  span_from BIGINT NOT NULL,
  span_to BIGINT NOT NULL,
  findings BIGINT NOT NULL,
  ran_at BIGINT NOT NULL
);
