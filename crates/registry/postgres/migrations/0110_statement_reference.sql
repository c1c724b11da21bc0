-- Who points to whom: one row for each statement whose property is a reference in the vocabulary.
CREATE TABLE statement_reference (
  statement BYTEA NOT NULL PRIMARY KEY,
  entity TEXT COLLATE "C" NOT NULL
);
