CREATE TABLE subject (
  issuer TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  account TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES account (name) ON DELETE CASCADE,
  bound_by TEXT COLLATE "C" NOT NULL,
  bound_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
