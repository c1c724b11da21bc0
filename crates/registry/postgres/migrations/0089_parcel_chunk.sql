-- Parts of parcels that are still arriving.
CREATE TABLE parcel_chunk (
  partner TEXT COLLATE "C" NOT NULL,
  parcel BYTEA NOT NULL,
  start BIGINT NOT NULL,
  length BIGINT NOT NULL,
  whole_length BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  bytes BYTEA NOT NULL,
  PRIMARY KEY (partner, parcel, start)
);
