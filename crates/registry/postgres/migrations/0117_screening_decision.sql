CREATE TABLE screening_decision (
  subject TEXT COLLATE "C" NOT NULL,
  origin TEXT COLLATE "C" NOT NULL,
  dataset TEXT COLLATE "C" NOT NULL,
  entity TEXT COLLATE "C" NOT NULL,
  label BYTEA NOT NULL REFERENCES label (id),
  verdict TEXT COLLATE "C" NOT NULL,
  decided_by TEXT COLLATE "C" NOT NULL,
  decided_at BIGINT NOT NULL,
  expires_at BIGINT,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (subject, origin, dataset, entity)
);
