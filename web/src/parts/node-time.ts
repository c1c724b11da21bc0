// The node's time. Clocks of the law run by it: a reader's device may be wrong, and the demonstration's days are long past.

import { nodeView } from "../session.svelte";

let begun: { readonly node: string; readonly ahead_ms: number } | null = null;

/** What the node's clock says now, in milliseconds since 1970. */
export function nodeNow(): number {
  const said = nodeView()?.now;
  if (said !== undefined && begun?.node !== said) begun = { node: said, ahead_ms: Date.parse(said) - Date.now() };
  return Date.now() + (begun?.ahead_ms ?? 0);
}
