CREATE TABLE incoming_parcel (
  id BYTEA NOT NULL PRIMARY KEY,
  partner TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL,
  received_at BIGINT NOT NULL
);
