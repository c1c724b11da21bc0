-- What the hits of a partner's asks stand for.
CREATE TABLE ask_reference (
  partner TEXT COLLATE "C" NOT NULL,
  reference BYTEA NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (partner, reference)
);
