-- How much was asked on a day, padding included.
CREATE TABLE ask_count (
  partner TEXT COLLATE "C" NOT NULL,
  direction TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  class TEXT COLLATE "C" NOT NULL,
  day BIGINT NOT NULL,
  points BIGINT NOT NULL,
  PRIMARY KEY (partner, direction, purpose, class, day)
);
