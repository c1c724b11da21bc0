CREATE INDEX journal_entry_by_time ON journal_entry (entered_at);
