CREATE INDEX finding_by_score ON finding (score_bits DESC, occurred_to DESC, finding_key);
