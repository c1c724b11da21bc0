CREATE TABLE case_item (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  kind TEXT COLLATE "C" NOT NULL,
  reference TEXT COLLATE "C" NOT NULL,
  added_by TEXT COLLATE "C" NOT NULL,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, kind, reference)
);
