// Entities: found by search, shown with sources and ownership, judged and judged back.

import { expect, expectNoBarriers, home, signIn, statePurpose, test } from "./fixtures";
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

test("two ships of one name are judged the same after a look at what that does, and apart again", async ({ page }) => {
  await signIn(page, "fi", "analyst", "#/import");
  await statePurpose(page);
  const name = `namesake-${String(Date.now())}.csv`;
  const columns = "imo,mmsi,name,call_sign,flag,ship_type,owner_name,owner_lei,owner_country,valid_from,valid_to";
  const register = { name, mimeType: "text/csv", buffer: Buffer.from(`${columns}\n,518999001,GREY PETREL,E5U9999,CK,tug,,,,2026-01-01,\n`) };
  await page.locator("main input[type=file]").setInputFiles(register);
  const card = page.getByRole("article").filter({ has: page.getByRole("heading", { name }) });
  await card.getByRole("button", { name: "Import", exact: true }).click();
  await expect(card).toContainText("landed");

  await page.goto(`${home("fi")}/#/entity`);
  await page.getByRole("searchbox", { name: "Search" }).fill("grey petrel");
  await page.getByRole("link", { name: /GREY PETREL/ }).first().click();
  const same = page.getByRole("region", { name: "Perhaps the same" });
  await expect(same).toContainText("same name: GREY PETREL");
  await same.getByRole("button", { name: "Same …", exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: "These are the same" });
  const thing = (title: string) => dialog.locator("section").filter({ has: page.getByRole("heading", { name: title }) }).getByRole("listitem");
  const [now, then] = [thing("One thing now"), thing("One thing then")];
  await expect(then).not.toHaveCount(0);
  expect(await then.count()).toBeGreaterThan(await now.count());
  await expect(dialog.getByRole("button", { name: "Judge the same" })).toBeDisabled();
  await expectNoBarriers(page);
  const wanted = await then.count();
  await dialog.getByLabel("Why").fill("one tug, two registers");
  await dialog.getByRole("button", { name: "Judge the same" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator(".members li")).toHaveCount(wanted);
  await expect(same).toContainText("one tug, two registers");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.locator(".members li")).toHaveCount(wanted - 1);
  await expect(same).toContainText("Withdrawn");
});
