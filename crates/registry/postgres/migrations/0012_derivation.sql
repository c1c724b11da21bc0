-- What findings and leads were derived from. A source is matched without its revision, so the revision is not here.
CREATE TABLE derivation (
  source_kind TEXT COLLATE "C" NOT NULL,
  source_origin TEXT COLLATE "C" NOT NULL,
  source_id BYTEA NOT NULL,
  derived TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source_kind, source_origin, source_id, derived)
);
