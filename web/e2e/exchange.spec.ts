// The exchange desk: partners and the health of links, asks, release with its preview, recall, leaving.

import type { Page } from "@playwright/test";
import { expect, expectNoBarriers, home, signIn, statePurpose, test } from "./fixtures";

/** Goes on where the page asks for the purpose; not where it was said already. */
async function stateIfAsked(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog", { name: "For what do you work?" });
  await Promise.race([dialog.waitFor(), page.getByRole("main").getByRole("table").first().waitFor(), page.getByRole("main").getByRole("heading", { level: 2 }).first().waitFor()]);
  if (await dialog.isVisible()) await statePurpose(page);
}

test("partners show how the link fares and what was agreed, and only who keeps partners may leave", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/exchange");
  const partner = page.getByRole("link", { name: /Investment screening office/ });
  await expect(partner).toBeVisible();
  await expect(page.getByText("Last reached")).toBeVisible();
  await expect(page.getByText(/days left/)).toBeVisible();
  await partner.click();
  await expect(page.getByRole("heading", { name: /Quiet Tide: critical infrastructure/ })).toBeVisible();
  await expect(page.getByText("finding_facts")).toHaveCount(0);
  await expect(page.getByText("facts of findings, whole statements")).toBeVisible();
  await expect(page.getByText(/erased 730 days after its release/)).toBeVisible();
  await expect(page.getByRole("button", { name: /Leave the agreement/ })).toHaveCount(0);
  await expectNoBarriers(page);
  const refused = await page.request.post(`${home("fi")}/api/v1/partners/at.investment-screening/departure`, { data: { reason: "no" } });
  expect(refused.status()).toBe(403);
});

test("leaving an agreement wants the partner's id typed", async ({ page }) => {
  await signIn(page, "fi", "administrator", "#/exchange/partners/at.investment-screening");
  await page.getByRole("button", { name: /Leave the agreement/ }).click();
  const dialog = page.getByRole("dialog", { name: "Leave this agreement?" });
  await dialog.getByLabel(/Why/).fill("the pilot is over");
  const leave = dialog.getByRole("button", { name: "Leave the agreement" });
  await dialog.getByLabel(/Type at.investment-screening/).fill("at.investment");
  await expect(leave).toBeDisabled();
  await dialog.getByLabel(/Type at.investment-screening/).fill("at.investment-screening");
  await expect(leave).toBeEnabled();
  await expectNoBarriers(page);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByText("In force", { exact: true }).first()).toBeVisible();
});

test("an analyst asks without showing, and sees what the day's budget has left", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/exchange/asks");
  await stateIfAsked(page);
  const left = page.getByText(/maritime-safety · impersonal: [\d,]+\/[\d,]+/);
  await expect(left).toBeVisible();
  const before = await left.textContent();
  await page.getByLabel("Kind").selectOption("imo");
  await page.getByLabel("Value").fill("9074729");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(page.getByText(/1 identifiers, \d+ points/)).toBeVisible();
  await expect(page.getByRole("cell", { name: /^(Hit|No hit)$/ })).toBeVisible();
  await expect(left).not.toHaveText(before ?? "");
  await expectNoBarriers(page);
});

test("a release shows exactly what leaves and what stays, is sent, and is taken back", async ({ page }) => {
  await signIn(page, "fi", "releaser", "#/exchange/released");
  await stateIfAsked(page);
  const findings = await page.request.get(`${home("fi")}/api/v1/findings?limit=100`);
  const list = ((await findings.json()) as { findings: { origin: string; key: string; title: string; tlp: string }[] }).findings;
  const open = list.filter((finding) => finding.origin === "fi.coast-guard");
  let chosen: { origin: string; key: string } | undefined;
  for (const finding of open) {
    const body = { partner: "at.investment-screening", finding: { origin: finding.origin, key: finding.key } };
    const preview = await page.request.post(`${home("fi")}/api/v1/releases/preview`, { data: body });
    const view = (await preview.json()) as { leaves: unknown[]; needs_second: boolean };
    const released = await page.request.get(`${home("fi")}/api/v1/releases`);
    const isOut = ((await released.json()) as { what: string }[]).some((line) => line.what.includes(finding.key));
    if (view.leaves.length > 1 && !view.needs_second && !isOut) chosen = finding;
    if (chosen) break;
  }
  expect(chosen, "a finding that may be released").toBeDefined();
  await page.goto(`${home("fi")}/#/exchange/release?finding=${chosen?.origin ?? ""}/${chosen?.key ?? ""}&partner=at.investment-screening`);
  await expect(page.getByRole("region", { name: "Leaves" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Stays home" })).toBeVisible();
  await expectNoBarriers(page);
  const fields = page.getByRole("region", { name: "Leaves" }).getByRole("checkbox");
  const count = await fields.count();
  await fields.last().uncheck();
  await page.getByRole("button", { name: "Release", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Released", exact: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Leaves" }).getByRole("listitem")).toHaveCount(count - 1);
  await page.getByRole("navigation", { name: "Exchange" }).getByRole("link", { name: "Released" }).click();
  const row = page.getByRole("row").filter({ hasText: chosen?.key.slice(0, 20) ?? "" }).first();
  await row.getByRole("button", { name: /Recall/ }).click();
  const dialog = page.getByRole("dialog", { name: "Recall" });
  await dialog.getByLabel(/Why/).fill("it was the ferry");
  await dialog.getByRole("button", { name: "Recall" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row").filter({ hasText: "it was the ferry" })).toBeVisible();
  await expectNoBarriers(page);
});

test("an analyst has no way to release, and the API refuses it", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/exchange");
  const tabs = page.getByRole("navigation", { name: "Exchange" });
  await expect(tabs.getByRole("link", { name: "Partners" })).toBeVisible();
  await expect(tabs.getByRole("link", { name: "Release", exact: true })).toHaveCount(0);
  await expect(tabs.getByRole("link", { name: "Second person" })).toHaveCount(0);
  const body = { partner: "at.investment-screening", finding: { key: "0".repeat(64) } };
  const refused = await page.request.post(`${home("fi")}/api/v1/releases`, { data: body });
  expect(refused.status()).toBe(403);
});
