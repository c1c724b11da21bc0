CREATE INDEX finding_by_receipt ON finding (received, origin, finding_key);
