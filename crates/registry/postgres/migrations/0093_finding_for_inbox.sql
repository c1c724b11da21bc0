-- Everything the inbox ranks, filters and counts by: a page is found without reading a finding that is not on it,
-- unless a text is searched: a title may be longer than an index takes.
CREATE INDEX finding_for_inbox ON finding (score_bits DESC, occurred_to DESC, finding_key, origin, state, desk, label, snoozed_until,
  assignee, detector, received, tlp, first_recorded_at);
