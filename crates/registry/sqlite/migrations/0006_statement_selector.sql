-- The identifier index: one row for each statement whose property is a selector in the vocabulary.
CREATE TABLE statement_selector (
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  statement BLOB NOT NULL REFERENCES statement (id) ON DELETE CASCADE,
  PRIMARY KEY (kind, value, statement)
);
