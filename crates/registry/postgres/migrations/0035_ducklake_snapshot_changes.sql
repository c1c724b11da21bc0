CREATE TABLE ducklake_snapshot_changes (
  snapshot_id BIGINT PRIMARY KEY,
  changes_made TEXT COLLATE "C",
  author TEXT COLLATE "C",
  commit_message TEXT COLLATE "C",
  commit_extra_info TEXT COLLATE "C"
);
