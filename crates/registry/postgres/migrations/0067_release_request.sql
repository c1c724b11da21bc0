CREATE TABLE release_request (
  direction TEXT COLLATE "C" NOT NULL,
  partner TEXT COLLATE "C" NOT NULL,
  id BYTEA NOT NULL,
  label BYTEA NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (direction, partner, id)
);
