-- Entries from before there was an index are found too.
INSERT INTO journal_term (term, position)
  SELECT 'who:' || json_extract(content, '$.act.actor.kind') || ':' || json_extract(content, '$.act.actor.id'), position
    FROM journal_entry WHERE content IS NOT NULL
  UNION SELECT 'action:' || json_extract(content, '$.act.action'), position FROM journal_entry WHERE content IS NOT NULL
  UNION SELECT 'purpose:' || json_extract(content, '$.act.purpose'), position FROM journal_entry WHERE content IS NOT NULL
  UNION SELECT 'outcome:' || json_extract(content, '$.outcome.decision'), position FROM journal_entry WHERE content IS NOT NULL
  UNION SELECT 'case:' || json_extract(content, '$.act.case'), position FROM journal_entry
    WHERE content IS NOT NULL AND json_extract(content, '$.act.case') IS NOT NULL
  UNION SELECT 'partner:' || json_extract(content, '$.recipient'), position FROM journal_entry
    WHERE content IS NOT NULL AND json_extract(content, '$.recipient') IS NOT NULL
  UNION SELECT 'subject:' || subject.value, position FROM journal_entry, json_each(content, '$.subjects') AS subject
    WHERE content IS NOT NULL;
