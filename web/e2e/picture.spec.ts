// The picture: map, timeline and graph that filter each other, a lead with what-if and playback, the report, the counts.

import { expect, expectNoBarriers, home, signIn, statePurpose, test } from "./fixtures";
import type { Page } from "@playwright/test";

async function open(page: Page, role: "analyst" | "releaser" | "administrator" = "analyst"): Promise<void> {
  await signIn(page, "at", role, "#/picture");
  await statePurpose(page);
  await expect(page.getByText(/of \d+ findings shown/)).toBeVisible();
}

/** Goes to the one lead of AT's demonstration. */
async function openLead(page: Page): Promise<void> {
  await open(page);
  await page.getByRole("region", { name: "What hangs together" }).getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: /what if a link were false/ })).toBeVisible();
}

test("the picture wears its marking, and a desk, a span and a lead each leave fewer", async ({ page }) => {
  await open(page);
  await expect(page.getByText(/TLP:AMBER\+STRICT/).first()).toBeVisible();
  const counted = page.getByText(/of \d+ findings shown/);
  const all = await counted.textContent();
  const list = page.getByRole("list", { name: "Findings" });
  await expect(list.getByRole("listitem").first()).toContainText("GREY PETREL");
  await page.getByRole("group", { name: "Desks" }).getByRole("button", { name: "sea" }).click();
  await expect(counted).toContainText(/^2 of/);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(counted).toHaveText(all ?? "");
  await page.getByRole("slider", { name: "From" }).press("End");
  await expect(counted).not.toHaveText(all ?? "");
  await page.getByRole("button", { name: "Whole time" }).click();
  await page.getByRole("button", { name: "Only this" }).click();
  await expect(counted).toContainText(/^3 of/);
  await expectNoBarriers(page);
});

test("the map moves by keyboard, and the graph is drawn from the same findings", async ({ page }) => {
  await open(page);
  const map = page.getByRole("img", { name: "Map of findings" });
  await map.focus();
  const before = await map.screenshot();
  await page.keyboard.press("+");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await map.screenshot()).equals(before)).toBe(false);
  await page.getByRole("button", { name: "Graph", exact: true }).click();
  await expect(page.getByText("The graph is drawn.")).toBeAttached();
});

test("a link supposed false takes its findings with it, and supposing it true brings them back", async ({ page }) => {
  await openLead(page);
  const result = page.getByRole("status").filter({ hasText: "bits" }).first();
  await expect(result).toContainText("a campaign needs 25 bits and 3 desks");
  const path = page.getByRole("listitem").filter({ hasText: "common parent" }).first();
  await expect(path).toContainText("of 691 entities");
  await path.getByLabel("Suppose false").check();
  await expect(result).toContainText("→");
  await expect(result).toContainText("fall away");
  await expect(page.getByText("falls away", { exact: true }).first()).toBeVisible();
  await page.getByRole("button", { name: "Suppose all true again" }).click();
  await expect(result).toContainText("a campaign needs");
  await path.getByText(/Proof path/).click();
  await expect(path.getByText("100 %").first()).toBeVisible();
  await expect(page.getByText("Coincidence:")).toBeVisible();
  await expectNoBarriers(page);
});

test("a lead is played back day by day, and steps for who wants no motion", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openLead(page);
  await expect(page.getByText("As it stands now")).toBeVisible();
  await page.getByRole("button", { name: "Play", exact: true }).click();
  await expect(page.getByText("1 findings known")).toBeVisible();
  await expect(page.getByText("nothing would join these findings")).toBeVisible();
  await expect(page.getByText("not yet known").first()).toBeVisible();
  await page.getByRole("button", { name: "Step on" }).click();
  await expect(page.getByText("1 findings known")).toBeHidden();
  await page.getByRole("button", { name: "Present" }).click();
  await expect(page.getByText("As it stands now")).toBeVisible();
});

test("every sentence of the report cites a source that leads to its finding", async ({ page }) => {
  await openLead(page);
  await page.getByRole("main").getByRole("link", { name: "Situation report" }).last().click();
  await expect(page.getByRole("heading", { name: "What is not known" })).toBeVisible();
  const article = page.getByRole("article");
  const uncited = await article.locator("section p").filter({ hasNot: page.locator("a") }).count();
  expect(uncited).toBe(0);
  await expect(page.getByText(/TLP:AMBER\+STRICT/)).toHaveCount(2);
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: /Print/ })).toBeHidden();
  await expect(page.getByText(/TLP:AMBER\+STRICT/).first()).toBeVisible();
  await page.emulateMedia({ media: "screen" });
  await expectNoBarriers(page);
  await article.getByRole("link", { name: /^finding/ }).first().click();
  await expect(page).toHaveURL(/#\/inbox\/[^/]+\/[0-9a-f]{64}/);
});

test("counts say what is hidden, and an administrator has no picture", async ({ page }) => {
  await open(page);
  await page.getByRole("link", { name: "Counts" }).click();
  const table = page.getByRole("table");
  await expect(table).toContainText("Economy");
  await expect(table.getByText("hidden").first()).toBeAttached();
  await expectNoBarriers(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page, "at", "administrator");
  await expect(page.getByRole("navigation", { name: "Rooms" }).getByRole("link", { name: "Picture" })).toHaveCount(0);
  for (const path of ["picture", "picture/report", "aggregates", "search?q=petrel"]) {
    expect((await page.request.get(`${home("at")}/api/v1/${path}`)).status(), path).toBe(403);
  }
});
