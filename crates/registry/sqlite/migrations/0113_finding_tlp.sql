ALTER TABLE finding ADD COLUMN tlp TEXT GENERATED ALWAYS AS (json_extract(content, '$.marking.tlp')) VIRTUAL;
