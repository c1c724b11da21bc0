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

/** The picture is there once the session said for what it works. */
async function drawnPicture(page: Page): Promise<void> {
  await statePurpose(page);
  await page.getByText(/of \d+ findings shown/).waitFor();
}

async function onlyLead(page: Page): Promise<void> {
  await drawnPicture(page);
  await page.getByRole("region", { name: "What hangs together" }).getByRole("link").first().click();
  await page.getByRole("heading", { name: "Day by day" }).waitFor();
}

async function leadReport(page: Page): Promise<void> {
  await onlyLead(page);
  await page.getByRole("main").getByRole("link", { name: "Situation report" }).last().click();
  await page.getByRole("heading", { name: "Sources" }).waitFor();
}

async function graph(page: Page): Promise<void> {
  await drawnPicture(page);
  await page.getByRole("button", { name: "Graph", exact: true }).click();
  await page.getByText("The graph is drawn.").waitFor({ state: "attached" });
}

async function counts(page: Page): Promise<void> {
  await statePurpose(page);
  await page.getByRole("table").waitFor();
}

async function entity(page: Page): Promise<void> {
  await statePurpose(page);
  await page.getByText("As a list").waitFor();
}

async function found(page: Page): Promise<void> {
  await page.getByRole("searchbox").fill("tarn");
  await statePurpose(page);
  await page.getByRole("heading", { name: "Entities", level: 2 }).waitFor();
}

const TARN = "#/entity/at.investment-screening/ownership.public-register/at-register-tarn-shipping";

export const PLACES: readonly Drawn[] = [
  { name: "picture-map", node: "fi", role: "analyst", place: "#/picture", open: drawnPicture },
  { name: "picture-graph", node: "at", role: "analyst", place: "#/picture", open: graph },
  { name: "lead", node: "at", role: "analyst", place: "#/picture", open: onlyLead },
  { name: "report", node: "at", role: "analyst", place: "#/picture", open: leadReport },
  { name: "counts", node: "at", role: "analyst", place: "#/picture/counts", open: counts },
  { name: "search", node: "fi", role: "analyst", place: "#/entity", open: found },
  { name: "entity", node: "fi", role: "analyst", place: TARN, open: entity },
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
  { name: "partners", node: "fi", role: "releaser", place: "#/exchange" },
  { name: "partner", node: "fi", role: "administrator", place: "#/exchange/partners/at.investment-screening" },
  { name: "asks", node: "at", role: "analyst", place: "#/exchange/asks" },
  { name: "requests", node: "at", role: "analyst", place: "#/exchange/requests" },
  { name: "release", node: "fi", role: "releaser", place: "#/exchange/release" },
  { name: "approvals", node: "fi", role: "releaser", place: "#/exchange/approvals" },
  { name: "released", node: "fi", role: "releaser", place: "#/exchange/released" },
  { name: "received", node: "at", role: "analyst", place: "#/exchange/received" },
  { name: "parcels", node: "fi", role: "administrator", place: "#/exchange/parcels" },
  { name: "journal", node: "fi", role: "data-protection-officer", place: "#/oversight/journal" },
  { name: "verify", node: "fi", role: "auditor", place: "#/oversight/verify", open: verifyJournal },
  { name: "looked", node: "fi", role: "auditor", place: "#/oversight/looked?who=mikko.laine" },
  { name: "unusual", node: "fi", role: "data-protection-officer", place: "#/oversight/unusual" },
  { name: "subjects", node: "fi", role: "data-protection-officer", place: "#/oversight/subjects" },
  { name: "bundles", node: "fi", role: "analyst", place: "#/oversight/bundles" },
  { name: "rules", node: "fi", role: "administrator", place: "#/oversight/policy/regimes" },
  { name: "statistics", node: "fi", role: "auditor", place: "#/oversight/statistics" },
  { name: "account", node: "fi", role: "auditor", place: "#/account" },
  { name: "people", node: "fi", role: "administrator", place: "#/people" },
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

async function verifyJournal(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Verify what is new" }).click();
  await page.getByRole("heading", { name: "Witnesses of this journal" }).waitFor();
}
