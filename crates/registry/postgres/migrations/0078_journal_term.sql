-- By which words a journal entry is found. Rows go when the entry's content is erased.
CREATE TABLE journal_term (
  term TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (term, position)
);
