-- The outbox. The bytes go once the partner has them.
CREATE TABLE outgoing_parcel (
  id BLOB NOT NULL PRIMARY KEY,
  partner TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  bytes BLOB,
  journal_index BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  delivered_at BIGINT,
  UNIQUE (partner, sequence)
);
