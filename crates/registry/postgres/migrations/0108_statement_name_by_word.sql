CREATE INDEX statement_name_by_word ON statement_name USING gin (words);
