-- What a person wrote about acts that an indicator of unusual access showed. Nothing here is about a person's worth: the indicator is a hash.
CREATE TABLE access_review (
  indicator TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  newest_entry BIGINT NOT NULL,
  reviewed_by TEXT COLLATE "C" NOT NULL,
  reviewed_at BIGINT NOT NULL,
  reason TEXT COLLATE "C" NOT NULL
);
