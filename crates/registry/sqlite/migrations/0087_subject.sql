CREATE TABLE subject (
  issuer TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL UNIQUE REFERENCES account (name) ON DELETE CASCADE,
  bound_by TEXT NOT NULL,
  bound_at BIGINT NOT NULL,
  PRIMARY KEY (issuer, subject)
);
