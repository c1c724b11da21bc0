CREATE TABLE detector_change (
  number BIGINT NOT NULL PRIMARY KEY,
  detector TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
