CREATE TABLE detector_run (
  detector TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (detector, began_at)
);
