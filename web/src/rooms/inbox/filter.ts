// The filter of the inbox in the address, so that it can be kept and sent.

import type { InboxFilter } from "../../api-types";

/** A filter that names only what it restricts. */
export type Filter = { readonly [Part in keyof InboxFilter]?: NonNullable<InboxFilter[Part]> };

const TEXTS = ["desk", "detector", "state", "assignee", "text", "tlp", "since"] as const;
const FLAGS = ["received", "snoozed"] as const;

/** The filter that an address's query names. What it does not know is left out. */
export function filterOf(query: URLSearchParams): Filter {
  const filter: Record<string, string | boolean> = {};
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value) filter[name] = value;
  }
  for (const name of FLAGS) {
    const value = query.get(name);
    if (value === "true" || value === "false") filter[name] = value === "true";
  }
  return filter;
}

/** The query of an address that names this filter. */
export function queryOf(filter: Filter | InboxFilter): Record<string, string | undefined> {
  const named = [...TEXTS, ...FLAGS].map((name) => [name, filter[name]] as const);
  return Object.fromEntries(named.map(([name, value]) => [name, value === undefined || value === null || value === "" ? undefined : String(value)]));
}
