CREATE TABLE checkpoint (
  detector_hash BLOB NOT NULL,
  parameter_hash BLOB NOT NULL,
  step TEXT NOT NULL,
  fed_up_to BIGINT NOT NULL,
  snapshot BIGINT NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (detector_hash, parameter_hash, step, fed_up_to)
);
