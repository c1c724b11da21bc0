-- Names of entities as they are searched: one row for each statement whose property is a name in the vocabulary.
CREATE TABLE statement_name (
  number INTEGER NOT NULL PRIMARY KEY,
  statement BLOB NOT NULL UNIQUE REFERENCES statement (id) ON DELETE CASCADE,
  words TEXT NOT NULL
);
