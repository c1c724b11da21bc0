-- An empty case stands for acts outside of any.
CREATE TABLE session_purpose (
  token_hash BYTEA NOT NULL REFERENCES session (token_hash) ON DELETE CASCADE,
  case_id TEXT COLLATE "C" NOT NULL,
  purpose TEXT COLLATE "C" NOT NULL,
  legal_basis TEXT COLLATE "C" NOT NULL,
  stated_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, case_id)
);
