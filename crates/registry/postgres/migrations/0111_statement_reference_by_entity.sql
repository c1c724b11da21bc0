-- What a source gives as a reference may be longer than an index takes.
CREATE INDEX statement_reference_by_entity ON statement_reference (LEFT(entity, 255));
