CREATE TABLE ducklake_files_scheduled_for_deletion (
  data_file_id BIGINT,
  path TEXT COLLATE "C",
  path_is_relative BIGINT,
  schedule_start TEXT COLLATE "C"
);
