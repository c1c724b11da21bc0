// Every page of the page: what is drawn, checked for barriers, and fed hostile content.

import type { Page } from "@playwright/test";
import type { NodeName, Role } from "./fixtures";

export interface Drawn {
  /** The picture's file name. */
  readonly name: string;
  readonly node: NodeName;
  readonly role: Role;
  readonly place: string;
  /** Goes on from there, to what has no address of its own. */
  readonly open?: (page: Page) => Promise<void>;
}

export const PLACES: readonly Drawn[] = [
  { name: "desks", node: "fi", role: "supervisor", place: "#/desks" },
  { name: "desk", node: "fi", role: "supervisor", place: "#/desks/sea" },
  { name: "detector", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap" },
  { name: "detector-parameters", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/parameters" },
  { name: "detector-history", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/history" },
  { name: "detector-editor", node: "fi", role: "analyst", place: "#/desks/sea/write" },
  { name: "import", node: "fi", role: "analyst", place: "#/import" },
];
