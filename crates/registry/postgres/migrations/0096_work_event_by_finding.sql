CREATE INDEX work_event_by_finding ON work_event (origin, finding_key, number);
