-- Interned labels. The content is the label as JSON; there are few.
CREATE TABLE label (
  id BYTEA NOT NULL PRIMARY KEY,
  content TEXT COLLATE "C" NOT NULL
);
