-- What the hits of a partner's asks stand for.
CREATE TABLE ask_reference (
  partner TEXT NOT NULL,
  reference BLOB NOT NULL,
  purpose TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (partner, reference),
  UNIQUE (partner, purpose, kind, value)
);
