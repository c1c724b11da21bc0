// Entities: found by search, shown with sources and ownership, judged and judged back.

import { expect, expectNoBarriers, signIn, statePurpose, test } from "./fixtures";
import type { Page } from "@playwright/test";

async function find(page: Page, question: string): Promise<void> {
  await signIn(page, "fi", "analyst", "#/entity");
  await page.getByRole("searchbox", { name: "Search" }).fill(question);
  await statePurpose(page);
  await expect(page.getByRole("heading", { name: "Entities", level: 2 })).toBeVisible();
}

test("the search groups what it finds and is walked by arrow keys", async ({ page }) => {
  await find(page, "grey petrel");
  await expect(page.getByRole("heading", { name: "Findings", level: 2 })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("link", { name: /GREY PETREL/ }).first()).toBeFocused();
  await expectNoBarriers(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/entity\/.+\/.+\/.+/);
});

test("Ctrl+K searches from any room and leads to what was found", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/account");
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Search" });
  await dialog.getByRole("searchbox").fill("tarn shipping");
  await statePurpose(page);
  await dialog.getByRole("link", { name: /Tarn Shipping/ }).first().click();
  await expect(page.getByRole("heading", { name: "Tarn Shipping Ltd", level: 1 })).toBeVisible();
});

test("an entity shows sources, handling, ownership with its proof, findings and who received them", async ({ page }) => {
  await find(page, "tarn shipping");
  await page.getByRole("link", { name: /Tarn Shipping/ }).first().click();
  await expect(page.getByRole("heading", { name: "Tarn Shipping Ltd", level: 1 })).toBeVisible();
  await expect(page.getByText("One thing, because 2 statements")).toBeVisible();
  const statements = page.getByRole("region", { name: "What sources say" }).first();
  await expect(statements).toContainText("X4");
  await expect(statements).toContainText("TLP:GREEN");
  await page.getByRole("group", { name: "Proof path from" }).getByRole("button", { name: "Meridian Strait Holding" }).click();
  await page.getByText("As a list").click();
  await expect(page.getByText("on the proof path")).toHaveCount(2);
  await expect(page.getByRole("region", { name: "Findings" })).toContainText("GREY PETREL");
  await expect(page.getByRole("region", { name: "Who received something about it" })).toContainText("at.investment-screening");
  await expectNoBarriers(page);
});
