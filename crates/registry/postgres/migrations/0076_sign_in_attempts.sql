CREATE TABLE sign_in_attempts (
  source TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failure_at BIGINT NOT NULL,
  delays BIGINT NOT NULL,
  delayed_until BIGINT,
  unheard BIGINT NOT NULL
);
