-- What it ordered by, finding_for_inbox orders by too.
DROP INDEX finding_by_score;
