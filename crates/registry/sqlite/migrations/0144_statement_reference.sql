-- Who points to whom: one row for each statement whose property is a reference in the vocabulary.
CREATE TABLE statement_reference (
  statement BLOB NOT NULL PRIMARY KEY REFERENCES statement (id) ON DELETE CASCADE,
  entity TEXT NOT NULL
) WITHOUT ROWID;
