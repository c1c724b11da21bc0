-- Interned labels. The content is the label as JSON; there are few.
CREATE TABLE label (
  id BLOB NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);
