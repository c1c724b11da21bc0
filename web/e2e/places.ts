// Every page of the page: what is drawn, checked for barriers, and fed hostile content.

import type { Page } from "@playwright/test";
import { type NodeName, type Role, statePurpose } from "./fixtures";

export interface Drawn {
  /** The picture's file name. */
  readonly name: string;
  readonly node: NodeName;
  readonly role: Role;
  readonly place: string;
  /** Goes on from there, to what has no address of its own. */
  readonly open?: (page: Page) => Promise<void>;
}

/** The list of imports is there once the session said for what it works. */
async function listOfImports(page: Page): Promise<void> {
  const [asking, list] = [page.getByRole("dialog", { name: "For what do you work?" }), page.locator("main table").last()];
  await asking.or(list).first().waitFor();
  if (await asking.isVisible()) await statePurpose(page);
  await list.waitFor();
}

export const PLACES: readonly Drawn[] = [
  { name: "desks", node: "fi", role: "supervisor", place: "#/desks" },
  { name: "desk", node: "fi", role: "supervisor", place: "#/desks/sea" },
  { name: "detector", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap" },
  { name: "detector-parameters", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/parameters" },
  { name: "detector-history", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/history" },
  { name: "detector-editor", node: "fi", role: "analyst", place: "#/desks/sea/write" },
  { name: "import", node: "fi", role: "analyst", place: "#/import", open: listOfImports },
];
