// Keys of the room one is in, so that `?` can list them. A room registers them while it is open.

import { onMount } from "svelte";

export interface Key {
  readonly key: string;
  readonly does: string;
}

let known: (() => readonly Key[]) | null = null;

/** Lists the keys of a room while its component is there. */
export function listKeys(keys: () => readonly Key[]): void {
  onMount(() => {
    known = keys;
    return () => {
      if (known === keys) known = null;
    };
  });
}

/** Keys of the room one is in. */
export function roomKeys(): readonly Key[] {
  return known?.() ?? [];
}

/** Whether a key press is meant for a text field, a dialog or the browser, and not for the room. */
export function isForAnother(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input:not([type=checkbox]), select, textarea, dialog") !== null;
}
