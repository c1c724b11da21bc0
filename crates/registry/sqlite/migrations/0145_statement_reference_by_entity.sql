CREATE INDEX statement_reference_by_entity ON statement_reference (entity);
