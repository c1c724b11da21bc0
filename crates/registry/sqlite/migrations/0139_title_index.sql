CREATE VIRTUAL TABLE title_index USING fts5 (words, content = 'finding_title', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
