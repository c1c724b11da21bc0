CREATE INDEX release_by_partner ON release (partner, what_kind, what_origin, what_id);
