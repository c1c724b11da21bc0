CREATE TABLE release_request (
  direction TEXT NOT NULL,
  partner TEXT NOT NULL,
  id BLOB NOT NULL,
  label BLOB NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (direction, partner, id)
);
