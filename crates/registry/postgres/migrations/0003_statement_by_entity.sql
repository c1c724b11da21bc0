CREATE INDEX statement_by_entity ON statement (entity);
