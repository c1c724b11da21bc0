CREATE TABLE saved_filters (
  account TEXT NOT NULL PRIMARY KEY,
  content TEXT NOT NULL
);
