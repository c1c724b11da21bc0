CREATE INDEX decision_by_finding ON decision (origin, finding_key);
