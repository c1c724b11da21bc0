-- The identifier index: one row for each statement whose property is a selector in the vocabulary.
CREATE TABLE statement_selector (
  statement BYTEA NOT NULL PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL
);
