-- Words without case and accents, found by their beginnings.
CREATE VIRTUAL TABLE name_index USING fts5 (words, content = 'statement_name', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
