CREATE TABLE newest_sequence (
  partner TEXT NOT NULL,
  finding_key BLOB NOT NULL,
  sequence BIGINT NOT NULL,
  PRIMARY KEY (partner, finding_key)
);
