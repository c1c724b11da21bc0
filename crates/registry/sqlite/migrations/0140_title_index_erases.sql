INSERT INTO title_index (title_index, rank) VALUES ('secure-delete', 1);
