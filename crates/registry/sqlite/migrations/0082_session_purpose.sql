-- An empty case stands for acts outside of any.
CREATE TABLE session_purpose (
  token_hash BLOB NOT NULL REFERENCES session (token_hash) ON DELETE CASCADE,
  case_id TEXT NOT NULL,
  purpose TEXT NOT NULL,
  legal_basis TEXT NOT NULL,
  stated_at BIGINT NOT NULL,
  PRIMARY KEY (token_hash, case_id)
);
