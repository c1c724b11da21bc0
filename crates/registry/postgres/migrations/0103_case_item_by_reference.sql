CREATE INDEX case_item_by_reference ON case_item (kind, reference, case_id);
