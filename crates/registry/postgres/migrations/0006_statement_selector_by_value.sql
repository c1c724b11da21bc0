-- A value may be longer than an index takes.
CREATE INDEX statement_selector_by_value ON statement_selector (kind, LEFT(value, 255));
