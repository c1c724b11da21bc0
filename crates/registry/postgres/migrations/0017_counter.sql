-- Numbers that are handed out once and never again, by name.
CREATE TABLE counter (
  name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  last BIGINT NOT NULL
);
