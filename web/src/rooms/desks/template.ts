// Where a new detector begins: a file that is in order and can be previewed at once.

import type { DeskStatus } from "../../api-types";

export function template(desk: DeskStatus): string {
  const timed = desk.tables.filter((table) => !table.reference).map((table) => ({ table, time: table.columns.find((column) => column.type === "time") }));
  const { table, time } = timed.find((one) => one.time !== undefined) ?? timed[0] ?? {};
  const name = table?.name ?? "records";
  const at = time?.name ?? "at";
  return `---
id: ${desk.name}.my-question
finds: What one finding of it says, in one sentence.
why: Why that matters, in one sentence.
legal_basis: ${JSON.stringify(desk.legal_basis)}
tables: [${name}]
lookback_hours: 24
lateness_hours: 1
false_positives:
  - What looks the same and is innocent.
references: []
parameters:
  least_rows: { default: 10, unit: rows, minimum: 1, description: The least number of rows that is reported. }
finding:
  key: [day]
  title: "{rows} rows on one day"
  from: first_at
  to: last_at
  prior_bits: -3
  reasons:
    - { name: many, bits: many_bits, text: "There were {rows} rows." }
  facts: []
  evidence:
    - { table: ${name}, column: record_id }
---
# My question

What it looks for, and how.

\`\`\`sql recent
SELECT record_id, ${at} AS at, CAST(date_trunc('day', ${at}) AS VARCHAR) AS day
FROM ${name}
WHERE ${at} >= $read_from AND ${at} < $span_to
\`\`\`

\`\`\`sql found
SELECT day, min(at) AS first_at, max(at) AS last_at, count(*) AS rows, min(record_id) AS record_id,
       CAST(2 AS DOUBLE) AS many_bits
FROM recent
GROUP BY day
HAVING count(*) >= $least_rows
\`\`\`
`;
}
