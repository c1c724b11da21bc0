CREATE TRIGGER title_index_grows AFTER INSERT ON finding_title BEGIN INSERT INTO title_index (rowid, words) VALUES (new.number, new.words); END;
