CREATE TABLE checkpoint (
  detector_hash BYTEA NOT NULL,
  parameter_hash BYTEA NOT NULL,
  step TEXT COLLATE "C" NOT NULL,
  fed_up_to BIGINT NOT NULL,
  snapshot BIGINT NOT NULL,
  state BYTEA NOT NULL,
  PRIMARY KEY (detector_hash, parameter_hash, step, fed_up_to)
);
