CREATE TABLE case_event (
  case_id TEXT COLLATE "C" NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (case_id, number)
);
