-- What sources say of entities. Times are microseconds since 1970 in UTC, here and everywhere else.
CREATE TABLE statement (
  id BLOB NOT NULL PRIMARY KEY,
  origin TEXT NOT NULL,
  dataset TEXT NOT NULL,
  entity TEXT NOT NULL,
  kind TEXT NOT NULL,
  property TEXT NOT NULL,
  value TEXT NOT NULL,
  valid_from BIGINT,
  valid_to BIGINT,
  stated_at BIGINT,
  record_table TEXT,
  record_id BIGINT,
  person_category TEXT NOT NULL,
  assessment TEXT NOT NULL,
  source_grade TEXT NOT NULL,
  information_grade TEXT NOT NULL,
  recorded_at BIGINT NOT NULL,
  ended_at BIGINT,
  label BLOB NOT NULL REFERENCES label (id)
);
