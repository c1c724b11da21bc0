// Desks as a supervisor and an analyst use them: manual page, parameters tried before they are saved, enabling, a detector of one's own.

import type { Page } from "@playwright/test";
import { expect, expectNoBarriers, home, type Role, signIn, test } from "./fixtures";

const WHY = "Tried in the browser tests";

/** Signs in and says for what the session works, so that no question comes in between. */
async function work(page: Page, role: Role, place: string): Promise<void> {
  // A room that asks for no purpose: the session says it here, and not in a dialog.
  await signIn(page, "fi", role, "#/account");
  await page.request.post(`${home("fi")}/api/v1/session/purposes`, { data: { purpose: "maritime-safety", legal_basis: "Dir. 2002/59/EC" } });
  await page.goto(`${home("fi")}/${place}`);
}

/** Says why in the dialog that asks, and goes on. */
async function sayWhy(page: Page, dialog: string, button: string): Promise<void> {
  const asking = page.getByRole("dialog", { name: dialog });
  await asking.getByLabel("Why").fill(WHY);
  await asking.getByRole("button", { name: button, exact: true }).click();
  await expect(asking).toBeHidden();
}

test("desks show their sources, their detectors and how these did", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/desks");
  await page.goto(`${home("fi")}/#/desks`);
  await expect(page.getByRole("heading", { name: "sea", exact: true })).toBeVisible();
  await expect(page.getByRole("row", { name: /Silence where others were heard/ })).toContainText("enabled");
  await expectNoBarriers(page);
  await page.getByRole("link", { name: "sea", exact: true }).click();
  const ais = page.getByRole("row", { name: /sea\.ais/ });
  await expect(ais).toContainText("Kept");
  await expect(ais).not.toContainText("never");
  await expectNoBarriers(page);
  await page.getByRole("link", { name: "Silence where others were heard" }).click();
  await expect(page.getByText("Known false positives")).toBeVisible();
  await expect(page.getByText("SOLAS V/19.2.4")).toBeVisible();
  await expectNoBarriers(page);
});

test("parameters are tried on history, saved with a reason, and undone", async ({ page }) => {
  await work(page, "supervisor", "#/desks/sea/sea.gap/parameters");
  const field = page.getByLabel("gap_hours", { exact: true });
  await field.fill("500");
  await expect(page.getByText("Outside of what is allowed")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try on history" })).toBeDisabled();
  await field.fill("3");
  await page.getByRole("button", { name: "Try on history" }).click();
  const result = page.getByRole("region", { name: "What would change" });
  await expect(result).toContainText("Would be new", { timeout: 40_000 });
  await expect(result).toContainText("gap_hours 6 → 3 h");
  await expect(result).toContainText("Nothing was kept");
  await expectNoBarriers(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await sayWhy(page, "Save parameters", "Save");
  await expect(page.getByText("Saved. Findings change with the next run.")).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  const change = page.getByRole("row", { name: new RegExp(WHY) }).first();
  await expect(change).toContainText("gap_hours = 3");
  await expectNoBarriers(page);
  await change.getByRole("button", { name: "Undo" }).click();
  await sayWhy(page, "Undo this change", "Undo");
  await page.getByRole("link", { name: "Parameters" }).click();
  await expect(field).toHaveValue("6");
});

test("a detector is disabled and enabled again, each with a reason", async ({ page }) => {
  await work(page, "supervisor", "#/desks/sea/sea.loitering");
  await page.getByRole("button", { name: "Disable" }).click();
  await sayWhy(page, "Disable sea.loitering", "Disable");
  await expect(page.getByText("disabled", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Run now" })).toBeHidden();
  await page.getByRole("button", { name: "Enable" }).click();
  await sayWhy(page, "Enable sea.loitering", "Enable");
  await expect(page.getByRole("button", { name: "Run now" })).toBeVisible();
});

test("an analyst writes a detector with a live preview; a supervisor enables and removes it", async ({ page, browser }) => {
  await work(page, "analyst", "#/desks/sea/write");
  const text = page.getByRole("textbox", { name: "Text of the detector" });
  const preview = page.getByRole("region", { name: "Preview" }).first();
  await expect(preview).toContainText("first_at", { timeout: 30_000 });
  await expect(page.getByText("In order.")).toBeVisible();
  await expectNoBarriers(page);
  const written = await text.inputValue();
  await text.fill(written.replace("GROUP BY day", "GROUP BY dey"));
  const line = written.split("\n").findIndex((one) => one.startsWith("GROUP BY day")) + 1;
  await expect(page.getByText(`Line ${String(line)}, column 10.`)).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("button", { name: "Keep", exact: true })).toBeDisabled();
  await expectNoBarriers(page);
  // A look at another page loses nothing that was typed.
  await page.goto(`${home("fi")}/#/desks`);
  await expect(page.getByRole("heading", { name: "Desks" })).toBeVisible();
  await page.goto(`${home("fi")}/#/desks/sea/write`);
  await expect(page.getByText("This is the draft you left.")).toBeVisible();
  expect(await text.inputValue()).toContain("GROUP BY dey");
  await text.fill(written.replace("sea.my-question", "sea.busy-days").replace("# My question", "# Busy days"));
  await expect(page.getByText("In order.")).toBeVisible({ timeout: 30_000 });
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  await sayWhy(page, "Keep this detector", "Keep");
  await expect(page.getByRole("heading", { name: "Busy days" })).toBeVisible();
  await expect(page.getByText("disabled", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Enable" })).toBeHidden();
  const refused = await page.request.post(`${home("fi")}/api/v1/detectors/sea.busy-days/switch`, { data: { enabled: true, reason: WHY } });
  expect(refused.status()).toBe(403);

  const other = await (await browser.newContext()).newPage();
  await work(other, "supervisor", "#/desks/sea/sea.busy-days");
  await other.getByRole("button", { name: "Enable" }).click();
  await sayWhy(other, "Enable sea.busy-days", "Enable");
  await other.getByRole("button", { name: "Run now" }).click();
  await expect(other.getByText(/\d+ new, 0 revised/)).toBeVisible({ timeout: 30_000 });
  await other.getByRole("button", { name: "Disable" }).click();
  await sayWhy(other, "Disable sea.busy-days", "Disable");
  await other.getByRole("button", { name: "Remove" }).click();
  await sayWhy(other, "Remove sea.busy-days", "Remove");
  await expect(other.getByRole("heading", { name: "sea", exact: true })).toBeVisible();
  await expect(other.getByText("sea.busy-days")).toBeHidden();
  await other.context().close();
});

test("a detector from a partner is taken in as a file and arrives disabled", async ({ page }) => {
  await work(page, "analyst", "#/desks/sea");
  const file = (await (await page.request.get(`${home("fi")}/api/v1/detectors/sea.gap/file`)).json()) as { text: string };
  await page.getByRole("button", { name: "Take in a file" }).click();
  const dialog = page.getByRole("dialog", { name: "Take in a detector" });
  await expectNoBarriers(page);
  const buffer = Buffer.from(file.text.replace("id: sea.gap", "id: sea.gap-of-partner"));
  await dialog.getByLabel("Detector file").setInputFiles({ name: "gap.md", mimeType: "text/markdown", buffer });
  await dialog.getByLabel("Who it came from").fill("nl.customs");
  await sayWhy(page, "Take in a detector", "Take in a file");
  await expect(page.getByText("disabled", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  await expect(page.getByRole("row", { name: new RegExp(WHY) })).toContainText("taken in");
});

test("who sees no case data sees how detectors are set, and no control", async ({ page }) => {
  await signIn(page, "fi", "auditor");
  await page.goto(`${home("fi")}/#/desks/sea/sea.gap/parameters`);
  await expect(page.getByLabel("gap_hours", { exact: true })).toHaveAttribute("readonly", "");
  for (const name of ["Try on history", "Save", "Disable", "Run now"]) await expect(page.getByRole("button", { name, exact: true })).toBeHidden();
  await page.goto(`${home("fi")}/#/desks/sea`);
  await expect(page.getByRole("heading", { name: "sea", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Write a detector" })).toBeHidden();
});

test("a supervisor sets how many findings the desk works on, and takes it back; an analyst only reads it", async ({ page }) => {
  await work(page, "supervisor", "#/desks/sea");
  const budget = page.getByRole("region", { name: "Alert budget" });
  await expect(budget).toContainText("25 findings a day");
  await expect(budget.getByRole("button", { name: "Set" })).toBeDisabled();
  await budget.getByLabel("Findings a day").fill("30");
  await budget.getByRole("button", { name: "Set" }).click();
  await expect(budget).toContainText("30 findings a day");
  await expect(budget).toContainText("sari.niemi");
  await expectNoBarriers(page);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(budget).toContainText("25 findings a day");
});

test("an analyst reads the alert budget and may not set it", async ({ page }) => {
  await work(page, "analyst", "#/desks/sea");
  await expect(page.getByRole("region", { name: "Alert budget" })).toContainText("25 findings a day");
  await expect(page.getByLabel("Findings a day")).toHaveCount(0);
  const refused = await page.request.put(`${home("fi")}/api/v1/budgets/sea`, { data: { per_day: 1 } });
  expect(refused.status()).toBe(403);
});
