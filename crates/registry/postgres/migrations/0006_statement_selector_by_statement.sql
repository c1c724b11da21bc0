CREATE INDEX statement_selector_by_statement ON statement_selector (statement);
