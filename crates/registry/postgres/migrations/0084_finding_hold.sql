-- What was decided of a finding for good: the label a restriction gave it, or, with none, that it was erased. It outlives the finding, so
-- that a detector which concludes it again does not undo the decision. The key is a hash and says nothing.
CREATE TABLE finding_hold (
  origin TEXT COLLATE "C" NOT NULL,
  finding_key BYTEA NOT NULL,
  label BYTEA,
  PRIMARY KEY (origin, finding_key)
);
