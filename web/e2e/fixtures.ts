// What the browser tests share: the stage's people, signing in, and the check for barriers.

import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test as base } from "@playwright/test";
import type { Stage } from "./stage";

/** Everyone's password on the stage. */
const PASSWORD = "quiet-tide-on-loopback";

/** People of both nodes by role; `crates/oikos/src/demo/stage.rs` employs them. */
export const PEOPLE = {
  at: {
    analyst: "jonas.gruber",
    releaser: "eva.huber",
    supervisor: "clara.moser",
    "data-protection-officer": "felix.wagner",
    auditor: "ida.bauer",
    administrator: "paul.steiner",
  },
  fi: {
    analyst: "mikko.laine",
    releaser: "anna.virtanen",
    supervisor: "sari.niemi",
    "data-protection-officer": "olli.korhonen",
    auditor: "tiina.heikkinen",
    administrator: "jari.salo",
  },
} as const;

export type NodeName = keyof typeof PEOPLE;
export type Role = keyof (typeof PEOPLE)["at"];

const IDS: Record<NodeName, string> = { at: "at.investment-screening", fi: "fi.coast-guard" };

/** The address of a node's page. */
export function home(node: NodeName): string {
  const stage = JSON.parse(process.env["OIKOS_E2E_STAGE"] ?? "{}") as Stage;
  const address = stage[IDS[node]];
  if (!address) throw new Error(`the stage has no ${IDS[node]}`);
  return address;
}

/** Signs somebody in as a person would, and goes to a place of the page (`#/inbox`). */
export async function signIn(page: Page, node: NodeName, role: Role, place = ""): Promise<void> {
  await page.goto(`${home(node)}/${place}`);
  await page.getByLabel("Account").fill(PEOPLE[node][role]);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Rooms" })).toBeVisible();
}

/** States for what the session works where the page asks for it: for what belongs to no case, for a case, or for both in turn. */
export async function statePurpose(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "For what do you work?" });
  await dialog.waitFor();
  await expect(async () => {
    if (await dialog.isVisible()) await dialog.getByRole("button", { name: "Go on" }).click();
    await expect(dialog).toBeHidden({ timeout: 1_000 });
  }).toPass();
}

/** Waits until a page shows what it is for, and states a purpose where it asks for one. */
export async function settled(page: Page): Promise<void> {
  await expect(page.locator("main")).not.toBeEmpty();
  const dialog = page.getByRole("dialog", { name: "For what do you work?" });
  // What is asked of the node first comes back before the page's own frame counts as drawn.
  await page.waitForTimeout(800);
  if (await dialog.isVisible()) {
    await statePurpose(page);
    await page.waitForTimeout(800);
  }
}

/** No barrier that axe knows of, WCAG 2.2 A and AA. */
export async function expectNoBarriers(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const said = found.violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).slice(0, 5).join("\n  ")}`);
  expect(said, "barriers").toEqual([]);
}

/** A page whose console must stay free of errors: a broken content security policy or an exception shows there. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (problem) => problems.push(String(problem)));
    page.on("console", (message) => {
      // The browser itself writes refused requests there; tests of refusals cause them on purpose.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(message.text());
    });
    await use(page);
    expect(problems, "errors in the console").toEqual([]);
  },
});

export { expect };
