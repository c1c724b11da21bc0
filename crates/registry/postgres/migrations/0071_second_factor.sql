CREATE TABLE second_factor (
  account TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES account (name) ON DELETE CASCADE,
  secret BYTEA NOT NULL,
  confirmed BIGINT NOT NULL,
  last_step BIGINT,
  enrolled_at BIGINT NOT NULL
);
