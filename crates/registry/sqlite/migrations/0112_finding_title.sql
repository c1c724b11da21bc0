-- Computed, so that the index of the inbox holds it and a search of titles reads no finding.
ALTER TABLE finding ADD COLUMN title TEXT GENERATED ALWAYS AS (json_extract(content, '$.title')) VIRTUAL;
