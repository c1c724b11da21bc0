-- What was taken back or corrected, at whom, and the parcel that says so. That parcel's receipt is the acknowledgement.
CREATE TABLE notice (
  kind TEXT NOT NULL,
  what_kind TEXT NOT NULL,
  what_origin TEXT NOT NULL,
  what_id BLOB NOT NULL,
  partner TEXT NOT NULL,
  parcel BLOB NOT NULL,
  noticed_at BIGINT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (noticed_at, parcel, what_kind, what_origin, what_id)
);
