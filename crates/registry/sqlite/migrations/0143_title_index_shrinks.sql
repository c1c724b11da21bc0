CREATE TRIGGER title_index_shrinks AFTER DELETE ON finding_title BEGIN INSERT INTO title_index (title_index, rowid, words) VALUES ('delete', old.number, old.words); END;
