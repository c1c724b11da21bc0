CREATE TABLE newest_sequence (
  partner TEXT COLLATE "C" NOT NULL,
  finding_key BYTEA NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (partner, finding_key)
);
