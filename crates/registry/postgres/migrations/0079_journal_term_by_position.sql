CREATE INDEX journal_term_by_position ON journal_term (position);
