CREATE TABLE detector_change (
  number BIGINT NOT NULL PRIMARY KEY,
  detector TEXT COLLATE "C" NOT NULL,
  changed_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL
);
