INSERT INTO statement_name (statement, words) SELECT id, value FROM statement WHERE property = 'name';
