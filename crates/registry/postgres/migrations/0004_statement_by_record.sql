-- An import's statements are a range of record ids.
CREATE INDEX statement_by_record ON statement (record_id);
