CREATE INDEX finding_by_word_of_title ON finding USING gin (title_words);
