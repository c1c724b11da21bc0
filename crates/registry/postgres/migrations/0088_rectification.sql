-- What an origin said was wrong, and why. It stays with what replaced it.
CREATE TABLE rectification (
  what_kind TEXT COLLATE "C" NOT NULL,
  what_origin TEXT COLLATE "C" NOT NULL,
  what_id BYTEA NOT NULL,
  partner TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (what_kind, what_origin, what_id, partner, sequence)
);
