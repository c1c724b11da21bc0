// What a room of the page is: its `index.ts` says it, and the shell finds it by its folder.

import type { Component } from "svelte";

export interface Room {
  /** First part of the address: `#/inbox`. */
  readonly id: string;
  /** Where it stands in the rail. */
  readonly order: number;
  /** Its name, in the language in use. */
  readonly label: () => string;
  /** The path of its 16 × 16 icon, drawn with strokes. */
  readonly icon: string;
  /** Whether the signed-in person has any business there. */
  readonly isOpen: () => boolean;
  /** Whether the rail shows it; rooms that are entered from elsewhere say `false`. */
  readonly inRail?: boolean;
  /** Letter that leads there after `g`. */
  readonly key?: string;
  /** Loads its component. It reads the rest of the address from `place()`. */
  readonly load: () => Promise<{ default: Component }>;
}
