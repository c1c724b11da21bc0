-- What Oikos knows of a data file beyond DuckLake.
CREATE TABLE oikos_data_file (
  data_file_id BIGINT NOT NULL PRIMARY KEY,
  import_number BIGINT NOT NULL,
  label BYTEA NOT NULL REFERENCES label (id),
  time_minimum BIGINT,
  time_maximum BIGINT
);
