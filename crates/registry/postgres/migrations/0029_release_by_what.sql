CREATE INDEX release_by_what ON release (what_kind, what_origin, what_id);
