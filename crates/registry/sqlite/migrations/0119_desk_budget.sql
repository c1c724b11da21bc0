CREATE TABLE desk_budget (
  desk TEXT NOT NULL PRIMARY KEY,
  per_day BIGINT NOT NULL,
  set_by TEXT NOT NULL,
  set_at BIGINT NOT NULL
);
