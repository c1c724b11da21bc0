-- Numbers that are handed out once and never again, by name.
CREATE TABLE counter (
  name TEXT NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);
