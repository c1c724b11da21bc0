CREATE TABLE finding (
  origin TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  revision BLOB NOT NULL,
  detector TEXT NOT NULL,
  desk TEXT NOT NULL,
  state TEXT NOT NULL,
  label BLOB NOT NULL REFERENCES label (id),
  received BIGINT NOT NULL,
  score_bits DOUBLE PRECISION NOT NULL,
  occurred_from BIGINT NOT NULL,
  occurred_to BIGINT NOT NULL,
  first_recorded_at BIGINT NOT NULL,
  revised_at BIGINT NOT NULL,
  expires_at BIGINT,
  content TEXT NOT NULL,
  PRIMARY KEY (origin, finding_key)
);
