-- What sources say of entities. Times are microseconds since 1970 in UTC, here and everywhere else. Text is ordered by its bytes.
CREATE TABLE statement (
  id BYTEA NOT NULL PRIMARY KEY,
  origin TEXT COLLATE "C" NOT NULL,
  dataset TEXT COLLATE "C" NOT NULL,
  entity TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  property TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  valid_from BIGINT,
  valid_to BIGINT,
  stated_at BIGINT,
  record_table TEXT COLLATE "C",
  record_id BIGINT,
  person_category TEXT COLLATE "C" NOT NULL,
  assessment TEXT COLLATE "C" NOT NULL,
  source_grade TEXT COLLATE "C" NOT NULL,
  information_grade TEXT COLLATE "C" NOT NULL,
  recorded_at BIGINT NOT NULL,
  ended_at BIGINT,
  label BYTEA NOT NULL REFERENCES label (id)
);
