-- By how many seconds a partner's clock was ahead of this node's when its receipt came last; negative: behind.
ALTER TABLE link ADD COLUMN clock_ahead_seconds BIGINT;
