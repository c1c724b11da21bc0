CREATE TABLE case_task (
  id TEXT NOT NULL PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES case_file (id) ON DELETE CASCADE,
  due_at BIGINT,
  done_at BIGINT,
  content TEXT NOT NULL
);
