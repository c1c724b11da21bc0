CREATE TABLE schema_version (
  version BIGINT NOT NULL
);
