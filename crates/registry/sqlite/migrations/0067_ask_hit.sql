CREATE TABLE ask_hit (
  partner TEXT NOT NULL,
  reference BLOB NOT NULL,
  purpose TEXT NOT NULL,
  label BLOB NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (partner, reference, purpose)
);
