// The inbox: triage by keyboard and in bulk, undo, budgets, filters, evidence behind a purpose, and what a role may not do.

import type { Page } from "@playwright/test";
import { expect, expectNoBarriers, home, type Role, signIn, statePurpose, test } from "./fixtures";

async function enter(page: Page, role: Role = "analyst", query = ""): Promise<void> {
  await signIn(page, "fi", role, `#/inbox${query}`);
  await statePurpose(page);
  await expect(lines(page).first()).toBeVisible();
}

function lines(page: Page) {
  return page.getByRole("list", { name: /findings$/ }).getByRole("listitem");
}

function pane(page: Page) {
  return page.getByRole("region", { name: "Finding", exact: true });
}

test("the strongest finding comes first, and its reasons add up to its score", async ({ page }) => {
  await enter(page);
  await expect(lines(page).first()).toContainText("GREY PETREL was silent");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const reasons = pane(page).getByRole("list", { name: "Reasons" });
  await expect(reasons.getByRole("listitem").first()).toContainText("Before any reason");
  const bits = (await reasons.locator(".number").allTextContents()).map((text) => Number(text.replace("−", "-")));
  const score = bits.pop();
  expect(bits.reduce((sum, one) => sum + one, 0)).toBeCloseTo(score ?? Number.NaN, 1);
  await expect(pane(page).getByText("Uncalibrated", { exact: true })).toBeVisible();
  await expect(pane(page).getByText("TLP:").first()).toBeVisible();
  await expectNoBarriers(page);
});

test("a finding is dismissed by keyboard with a reason, and undone", async ({ page }) => {
  await enter(page, "analyst", "?text=AUK");
  const before = await lines(page).count();
  await lines(page).first().getByRole("button").click();
  const title = await pane(page).getByRole("heading", { level: 2 }).innerText();
  await page.keyboard.press("d");
  const dialog = page.getByRole("dialog", { name: "Dismiss the finding" });
  await expectNoBarriers(page);
  await dialog.getByLabel("Why?").fill("reception is poor there");
  await dialog.getByRole("button", { name: "Dismiss" }).click();
  await expect(lines(page)).toHaveCount(before - 1);
  await expect(page.locator(".toasts")).toContainText("Dismissed");
  await page.keyboard.press("z");
  await expect(lines(page)).toHaveCount(before);
  await expect(pane(page).getByRole("heading", { level: 2 })).toHaveText(title);
  await expect(pane(page)).toContainText("undid the act before");
  await expect(pane(page)).toContainText("reception is poor there");
  await page.keyboard.press("d");
  await expect(dialog.getByRole("button", { name: "reception is poor there" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("several are assigned at once, found among one's own, and taken back", async ({ page }) => {
  await enter(page, "analyst", "?text=AVOCET");
  const count = await lines(page).count();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect(page.getByRole("region", { name: "2 chosen" })).toBeVisible();
  await page.getByRole("region", { name: "2 chosen" }).getByRole("button", { name: "Assign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: /\(me\)/ }).click();
  await expect(page.locator(".toasts")).toContainText("Assigned: 2 findings");
  await page.getByLabel("Assigned to").selectOption("me");
  await expect(lines(page)).toHaveCount(2);
  await page.getByRole("button", { name: "Undo" }).first().click();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("searchbox").fill("AVOCET");
  await expect(lines(page)).toHaveCount(count);
});

test("several are not confirmed at once", async ({ page }) => {
  await enter(page);
  for (const key of ["j", "x", "j", "x", "c"]) await page.keyboard.press(key);
  await expect(page.locator(".toasts")).toContainText("one by one");
  await expect(page.getByRole("region", { name: "2 chosen" }).getByRole("button", { name: "Confirm" })).toHaveCount(0);
});

test("what sleeps is found among what sleeps, and wakes", async ({ page }) => {
  await enter(page, "analyst", "?text=FAIR AUK");
  await lines(page).first().getByRole("button").click();
  await page.keyboard.press("s");
  await page.getByRole("dialog").getByRole("button", { name: "In 4 hours" }).click();
  await expect(page.getByText("Nothing needs you here")).toBeVisible();
  await page.goto(`${home("fi")}/#/inbox?snoozed=true`);
  await expect(lines(page)).toHaveCount(1);
  await lines(page).first().getByRole("button").click();
  await expect(pane(page)).toContainText("Asleep until");
  await pane(page).getByRole("button", { name: "Wake" }).click();
  await expect(page.getByText("Nothing needs you here")).toBeVisible();
});

test("a budget draws a line and hides nothing", async ({ page }) => {
  await signIn(page, "fi", "supervisor", "#/inbox");
  const set = await page.request.put(`${home("fi")}/api/v1/budgets/sea`, { data: { per_day: 3 } });
  expect(set.status()).toBe(200);
  await statePurpose(page);
  await expect(page.getByText("Beyond today’s budget")).toBeVisible();
  const first = await lines(page).allInnerTexts();
  expect(first.findIndex((text) => text.includes("Beyond today"))).toBeLessThanOrEqual(3);
  expect(first.length).toBeGreaterThan(4);
  await page.request.put(`${home("fi")}/api/v1/budgets/sea`, { data: { per_day: 25 } });
});

test("a filter is saved under a name and used again", async ({ page }) => {
  await enter(page);
  await page.getByLabel("Desk").selectOption("sea");
  await page.getByRole("searchbox").fill("SABLE");
  await expect(page).toHaveURL(/text=SABLE/);
  await page.getByRole("button", { name: "Save this filter" }).click();
  await page.getByLabel("Name").fill("Near the cable");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await page.getByRole("button", { name: "Near the cable", exact: true }).click();
  await expect(page.getByRole("searchbox")).toHaveValue("SABLE");
  for (const line of await lines(page).allInnerTexts()) expect(line).toContain("SABLE");
  await page.getByRole("button", { name: "Arrange filters" }).click();
  await page.getByRole("button", { name: "Remove Near the cable" }).click();
  await expect(page.getByRole("button", { name: "Near the cable", exact: true })).toHaveCount(0);
});

test("records are shown on request, with the file each stood in", async ({ page }) => {
  await enter(page);
  await lines(page).first().getByRole("button").click();
  await expect(pane(page).locator("dl dt", { hasText: "mmsi" })).toHaveCount(0);
  await pane(page).getByRole("button", { name: "Show the records" }).click();
  await expect(pane(page).locator("dl dt", { hasText: "mmsi" }).first()).toBeVisible();
  await pane(page).getByText("How this was found").click();
  await expect(pane(page).getByText("Known false positives")).toBeVisible();
});

test("what a colleague does is told without moving the list", async ({ page, browser }) => {
  await enter(page, "analyst", "?text=AVOCET");
  const shown = await lines(page).count();
  const other = await browser.newPage();
  await signIn(other, "fi", "supervisor", "#/inbox?text=BRIGHT AVOCET");
  await statePurpose(other);
  await other.getByRole("list", { name: /findings$/ }).getByRole("button").first().click();
  await expect(lines(page)).toHaveCount(shown);
  await other.close();
});

test("an auditor has no inbox, on the page or behind it", async ({ page }) => {
  await signIn(page, "fi", "auditor", "#/inbox");
  await expect(page.getByText("Your role has no business here")).toBeVisible();
  const findings = [{ key: "0".repeat(64) }];
  const refused = await page.request.post(`${home("fi")}/api/v1/inbox/work`, { data: { findings, step: { kind: "wake" } } });
  expect(refused.status()).toBe(403);
});

test("a small screen shows the list, then the finding, and the way back", async ({ page }) => {
  await enter(page);
  await page.setViewportSize({ width: 360, height: 740 });
  await lines(page).first().getByRole("button").click();
  await expect(pane(page).getByRole("heading", { level: 2 })).toBeVisible();
  await expectNoBarriers(page);
  await pane(page).getByRole("button", { name: /Back to the list/ }).click();
  await expect(lines(page).first()).toBeVisible();
});
