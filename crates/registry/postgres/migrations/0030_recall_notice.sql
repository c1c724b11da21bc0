-- What an origin took back. It stays, so that a thing that arrives after its own recall stays recalled.
CREATE TABLE recall_notice (
  what_kind TEXT COLLATE "C" NOT NULL,
  what_origin TEXT COLLATE "C" NOT NULL,
  what_id BYTEA NOT NULL,
  recalled_at BIGINT NOT NULL,
  PRIMARY KEY (what_kind, what_origin, what_id)
);
