CREATE INDEX work_event_by_kind ON work_event (kind, at, actor);
