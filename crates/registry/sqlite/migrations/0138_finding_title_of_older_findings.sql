INSERT INTO finding_title (origin, finding_key, words) SELECT origin, finding_key, json_extract(content, '$.title') FROM finding;
