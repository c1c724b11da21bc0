CREATE TABLE screened_subject (
  set_id TEXT NOT NULL REFERENCES screening_set (id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (set_id, position)
);
