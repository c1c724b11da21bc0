CREATE TABLE detector_run (
  detector TEXT COLLATE "C" NOT NULL,
  began_at BIGINT NOT NULL,
  ended_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (detector, began_at)
);
