CREATE TABLE ask_hit (
  partner TEXT COLLATE "C" NOT NULL,
  reference BYTEA NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  label BYTEA NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (partner, reference, purpose)
);
