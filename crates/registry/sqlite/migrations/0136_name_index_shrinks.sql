CREATE TRIGGER name_index_shrinks AFTER DELETE ON statement_name BEGIN INSERT INTO name_index (name_index, rowid, words) VALUES ('delete', old.number, old.words); END;
