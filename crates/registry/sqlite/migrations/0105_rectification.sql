-- What an origin said was wrong, and why. It stays with what replaced it.
CREATE TABLE rectification (
  what_kind TEXT NOT NULL,
  what_origin TEXT NOT NULL,
  what_id BLOB NOT NULL,
  partner TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (what_kind, what_origin, what_id, partner, sequence)
);
