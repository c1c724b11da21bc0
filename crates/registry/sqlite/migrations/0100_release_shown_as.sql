ALTER TABLE release ADD COLUMN shown_as BLOB;
