CREATE INDEX case_task_by_case ON case_task (case_id, due_at);
