-- A value may be longer than a key takes, so there is none.
CREATE TABLE finding_selector (
  kind TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  finding_key BYTEA NOT NULL,
  FOREIGN KEY (origin, finding_key) REFERENCES finding (origin, finding_key) ON DELETE CASCADE
);
