-- What is erased leaves the index's pages at once, not when they are merged some day.
INSERT INTO name_index (name_index, rank) VALUES ('secure-delete', 1);
