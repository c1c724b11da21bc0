CREATE INDEX statement_selector_by_value ON statement_selector (kind, value);
