-- How much was asked on a day, padding included.
CREATE TABLE ask_count (
  partner TEXT NOT NULL,
  direction TEXT NOT NULL,
  purpose TEXT NOT NULL,
  class TEXT NOT NULL,
  day BIGINT NOT NULL,
  points BIGINT NOT NULL,
  PRIMARY KEY (partner, direction, purpose, class, day)
);
