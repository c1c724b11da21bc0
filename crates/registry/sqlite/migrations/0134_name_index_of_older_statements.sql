INSERT INTO name_index (name_index) VALUES ('rebuild');
