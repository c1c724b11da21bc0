CREATE TABLE release (
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  what_kind TEXT COLLATE "C" NOT NULL,
  what_origin TEXT COLLATE "C" NOT NULL,
  what_id BYTEA NOT NULL,
  partner TEXT COLLATE "C" NOT NULL,
  released_at BIGINT NOT NULL,
  recalled_at BIGINT,
  content TEXT COLLATE "C" NOT NULL,
  shown_as BYTEA
);
