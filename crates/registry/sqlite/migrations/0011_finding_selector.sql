CREATE TABLE finding_selector (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  origin TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  PRIMARY KEY (kind, value, origin, finding_key),
  FOREIGN KEY (origin, finding_key) REFERENCES finding (origin, finding_key) ON DELETE CASCADE
);
