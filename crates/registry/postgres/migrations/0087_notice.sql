-- What was taken back or corrected, at whom, and the parcel that says so. That parcel's receipt is the acknowledgement.
CREATE TABLE notice (
  kind TEXT COLLATE "C" NOT NULL,
  what_kind TEXT COLLATE "C" NOT NULL,
  what_origin TEXT COLLATE "C" NOT NULL,
  what_id BYTEA NOT NULL,
  partner TEXT COLLATE "C" NOT NULL,
  parcel BYTEA NOT NULL,
  noticed_at BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (noticed_at, parcel, what_kind, what_origin, what_id)
);
