CREATE TRIGGER name_index_grows AFTER INSERT ON statement_name BEGIN INSERT INTO name_index (rowid, words) VALUES (new.number, new.words); END;
