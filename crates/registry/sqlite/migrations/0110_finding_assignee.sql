ALTER TABLE finding ADD COLUMN assignee TEXT;
