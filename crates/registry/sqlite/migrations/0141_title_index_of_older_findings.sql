INSERT INTO title_index (title_index) VALUES ('rebuild');
