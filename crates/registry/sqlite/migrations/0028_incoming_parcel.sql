CREATE TABLE incoming_parcel (
  id BLOB NOT NULL PRIMARY KEY,
  partner TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);
