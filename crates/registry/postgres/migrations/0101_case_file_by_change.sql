CREATE INDEX case_file_by_change ON case_file (changed_at DESC, id);
