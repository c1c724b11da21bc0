CREATE TABLE run (
  id BYTEA NOT NULL PRIMARY KEY,
  detector TEXT COLLATE "C" NOT NULL,
  detector_hash BYTEA NOT NULL,
  parameter_hash BYTEA NOT NULL,
  snapshot BIGINT NOT NULL,
  span_from BIGINT NOT NULL,
  span_to BIGINT NOT NULL,
  findings BIGINT NOT NULL,
  ran_at BIGINT NOT NULL
);
