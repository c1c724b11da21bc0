-- Titles of findings as they are searched.
CREATE TABLE finding_title (
  number INTEGER NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  words TEXT NOT NULL,
  UNIQUE (origin, finding_key),
  FOREIGN KEY (origin, finding_key) REFERENCES finding (origin, finding_key) ON DELETE CASCADE
);
