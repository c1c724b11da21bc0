INSERT INTO statement_reference (statement, entity) SELECT id, value FROM statement WHERE kind = 'ownership' AND property IN ('owner', 'owned');
