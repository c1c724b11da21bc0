CREATE INDEX release_by_shown_as ON release (partner, shown_as);
