CREATE INDEX finding_selector_by_value ON finding_selector (kind, LEFT(value, 255));
