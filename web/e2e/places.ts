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
  { name: "inbox", node: "fi", role: "analyst", place: "#/inbox" },
  { name: "finding", node: "fi", role: "analyst", place: "#/inbox", open: openFirst },
  { name: "cases", node: "fi", role: "analyst", place: "#/case" },
  { name: "case", node: "fi", role: "analyst", place: "#/case", open: openOrMakeCase },
  { name: "desks", node: "fi", role: "supervisor", place: "#/desks" },
  { name: "desk", node: "fi", role: "supervisor", place: "#/desks/sea" },
  { name: "detector", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap" },
  { name: "detector-parameters", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/parameters" },
  { name: "detector-history", node: "fi", role: "supervisor", place: "#/desks/sea/sea.gap/history" },
  { name: "detector-editor", node: "fi", role: "analyst", place: "#/desks/sea/write" },
  { name: "import", node: "fi", role: "analyst", place: "#/import", open: listOfImports },
];

async function openFirst(page: Page): Promise<void> {
  await page.getByRole("region", { name: "Inbox" }).getByRole("listitem").first().getByRole("button").click();
  await page.getByRole("heading", { level: 2 }).first().waitFor();
}

/** Opens the first case of the list, or one of its own where there is none. */
async function openOrMakeCase(page: Page): Promise<void> {
  const first = page.locator("main td a").first();
  if (await first.isVisible()) {
    await first.click();
  } else {
    await page.getByRole("button", { name: "Open a case" }).first().click();
    const dialog = page.getByRole("dialog", { name: "Open a case" });
    await dialog.getByLabel("Title").fill("A ship over a cable");
    await dialog.getByLabel("Playbook").selectOption("critical-incident");
    await dialog.getByRole("button", { name: "Open a case" }).click();
  }
  await page.getByRole("region", { name: "Tasks" }).waitFor();
}
