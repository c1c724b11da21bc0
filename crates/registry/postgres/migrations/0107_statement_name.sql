-- Names of entities as they are searched: one row for each statement whose property is a name in the vocabulary. The words are cut and folded
-- by Oikos, so that no text search configuration of the server has a say.
CREATE TABLE statement_name (
  statement BYTEA NOT NULL PRIMARY KEY,
  words TSVECTOR NOT NULL
);
