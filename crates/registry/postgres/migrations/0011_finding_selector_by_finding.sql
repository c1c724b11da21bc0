CREATE INDEX finding_selector_by_finding ON finding_selector (origin, finding_key);
