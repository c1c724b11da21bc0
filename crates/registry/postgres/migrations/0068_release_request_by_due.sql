CREATE INDEX release_request_by_due ON release_request (due_at);
