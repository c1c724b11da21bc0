-- Who points to whom: one row for each statement whose property is a reference in the vocabulary.
CREATE TABLE statement_reference (
  statement BYTEA NOT NULL PRIMARY KEY REFERENCES statement (id) ON DELETE CASCADE,
  entity TEXT COLLATE "C" NOT NULL
);
