// The oversight desk: the journal, who looked at whom, unusual access, data subjects, rules, statistics.

import { expect, expectNoBarriers, home, PEOPLE, signIn, statePurpose, test } from "./fixtures";

test("an officer searches the journal, opens an entry and takes a proof", async ({ page }) => {
  await signIn(page, "fi", "data-protection-officer", "#/oversight/journal?action=release&outcome=allowed");
  await expect(page.getByText(/Your search is an entry too/)).toBeVisible();
  await expectNoBarriers(page);
  await page.getByRole("button", { name: /Open entry/ }).first().click();
  const dialog = page.getByRole("dialog", { name: /Entry \d+/ });
  await expect(dialog.getByText("anna.virtanen").first()).toBeVisible();
  const saved = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Save a proof" }).click();
  expect((await saved).suggestedFilename()).toMatch(/^entry-\d+\.tlog-proof$/);
  await expectNoBarriers(page);
});

test("the journal verifies, and says who witnessed it", async ({ page }) => {
  await signIn(page, "fi", "auditor", "#/oversight/verify");
  await page.getByRole("button", { name: "Verify everything" }).click();
  await expect(page.getByText("It verifies.")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: "Witnesses of this journal" })).toBeVisible();
  await expectNoBarriers(page);
});

test("who looked at a finding is found, and what a person looked at", async ({ page }) => {
  await signIn(page, "fi", "auditor", `#/oversight/looked?who=${PEOPLE.fi.analyst}`);
  await expect(page.getByRole("heading", { name: "What was looked at" })).toBeVisible();
  const thing = page.getByRole("link", { name: /^finding:/ }).first();
  const name = await thing.textContent();
  await thing.click();
  await expect(page.getByRole("heading", { name: /People/ })).toBeVisible();
  await expect(page.getByLabel("What", { exact: true })).not.toHaveValue("");
  expect(name).toContain("finding:");
  await expect(page.getByRole("cell", { name: PEOPLE.fi.analyst }).first()).toBeVisible();
  await expectNoBarriers(page);
});

test("unusual access states its rules and thresholds, and only acts", async ({ page }) => {
  await signIn(page, "fi", "data-protection-officer", "#/oversight/unusual");
  await expect(page.getByRole("heading", { name: "The rules and their thresholds" })).toBeVisible();
  await expect(page.getByText(/refusals at least: 5/)).toBeVisible();
  await expect(page.getByText(/never a score of a person/)).toBeVisible();
  await expectNoBarriers(page);
});

test("repeated refusals are shown and reviewed by another person", async ({ page, browser }) => {
  const tempted = await browser.newPage();
  await signIn(tempted, "fi", "auditor");
  for (let number = 0; number < 6; number += 1) {
    const refused = await tempted.request.get(`${home("fi")}/api/v1/findings/fi.coast-guard/${String(number).repeat(64)}`);
    expect(refused.status()).toBe(403);
  }
  await tempted.close();
  await signIn(page, "fi", "data-protection-officer", "#/oversight/unusual");
  const shown = page.getByRole("listitem").filter({ hasText: "Refused again and again" }).filter({ hasText: PEOPLE.fi.auditor }).first();
  await expect(shown.getByText("To be looked at")).toBeVisible();
  await shown.getByRole("button", { name: /Write down/ }).click();
  const dialog = page.getByRole("dialog", { name: "Write down what came of it" });
  await dialog.getByLabel("What came of it?").fill("a test of the page");
  await expectNoBarriers(page);
  await dialog.getByRole("button", { name: "Keep" }).click();
  await expect(shown.getByText("a test of the page")).toBeVisible();
  await expect(shown.getByText("Reviewed", { exact: true })).toBeVisible();
});

test("a data subject's request is taken up, its clock runs, and it is answered", async ({ page }) => {
  await signIn(page, "fi", "data-protection-officer", "#/oversight/subjects");
  if (await page.getByRole("dialog", { name: "For what do you work?" }).waitFor({ timeout: 3_000 }).then(() => true, () => false)) await statePurpose(page);
  await page.getByLabel("Name", { exact: true }).fill("Aino Salainen");
  await page.getByRole("button", { name: "Take up a request" }).click();
  await expect(page.getByText(/\d+ days? (left|late)|\d+ days? \d+ hr (left|late)/).first()).toBeVisible();
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await expect(page.getByRole("heading", { name: /Held: 0 statements, 0 findings/ })).toBeVisible();
  await expectNoBarriers(page);
  await page.getByLabel("Step").selectOption("close");
  await page.getByLabel("How the person was answered").fill("by letter: nothing is held");
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Closed", { exact: true })).toBeVisible();
});

test("everyone reads the rules; statistics are for oversight", async ({ page }) => {
  await signIn(page, "fi", "administrator", "#/oversight");
  await expect(page.getByRole("heading", { name: "Who may do what" })).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: "Which regime may receive what" }).click();
  await expect(page.getByText(/Dir. \(EU\) 2016\/680 Art. 9\(1\)/).first()).toBeVisible();
  await expectNoBarriers(page);
  await expect(page.getByRole("link", { name: "Statistics" })).toHaveCount(0);
  expect((await page.request.get(`${home("fi")}/api/v1/statistics`)).status()).toBe(403);
});

test("statistics suppress small cells and are handed out as files", async ({ page }) => {
  await signIn(page, "fi", "auditor", "#/oversight/statistics");
  await expect(page.getByText(/Cells from 1 to 4 are suppressed/)).toBeVisible();
  await page.getByLabel("For whom").fill("the public");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save to hand out" }).click();
  expect((await saved).suggestedFilename()).toBe("statistics.tar");
  await expectNoBarriers(page);
});
