CREATE TABLE subject_request (
  id TEXT NOT NULL PRIMARY KEY,
  state TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  content TEXT NOT NULL
);
