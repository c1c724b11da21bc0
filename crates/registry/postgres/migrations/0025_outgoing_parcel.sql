-- The outbox. The bytes go once the partner has them.
CREATE TABLE outgoing_parcel (
  id BYTEA NOT NULL PRIMARY KEY,
  partner TEXT COLLATE "C" NOT NULL,
  sequence BIGINT NOT NULL,
  bytes BYTEA,
  journal_index BIGINT NOT NULL,
  queued_at BIGINT NOT NULL,
  delivered_at BIGINT,
  brings BIGINT NOT NULL,
  UNIQUE (partner, sequence)
);
