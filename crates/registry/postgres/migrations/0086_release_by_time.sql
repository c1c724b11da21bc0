CREATE INDEX release_by_time ON release (released_at, id);
