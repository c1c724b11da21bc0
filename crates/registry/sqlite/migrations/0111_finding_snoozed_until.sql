ALTER TABLE finding ADD COLUMN snoozed_until BIGINT;
