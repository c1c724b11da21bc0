CREATE TABLE screening_decision (
  subject TEXT NOT NULL,
  origin TEXT NOT NULL,
  dataset TEXT NOT NULL,
  entity TEXT NOT NULL,
  label BLOB NOT NULL REFERENCES label (id),
  verdict TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  expires_at BIGINT,
  content TEXT NOT NULL,
  PRIMARY KEY (subject, origin, dataset, entity)
);
