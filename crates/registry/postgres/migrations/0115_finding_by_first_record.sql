CREATE INDEX finding_by_first_record ON finding (first_recorded_at);
