-- Where a desk's budget ends is found by walking the top of its open findings.
CREATE INDEX finding_by_desk ON finding (desk, state, score_bits DESC, occurred_to DESC, finding_key, origin, label, snoozed_until);
