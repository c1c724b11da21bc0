CREATE TABLE screened_subject (
  set_id TEXT COLLATE "C" NOT NULL REFERENCES screening_set (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (set_id, position)
);
