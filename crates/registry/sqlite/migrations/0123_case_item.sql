CREATE TABLE case_item (
  case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, kind, reference)
);
