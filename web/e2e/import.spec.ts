// Files come in: dropped or chosen, looked at, imported; refused rows with reasons.

import type { Page } from "@playwright/test";
import { expect, expectNoBarriers, home, signIn, statePurpose, test } from "./fixtures";

const GOOD = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n";
const BAD = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B\n";

const file = (name: string, text: string | Buffer) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
const card = (page: Page, name: string) => page.getByRole("article").filter({ has: page.getByRole("heading", { name }) });

test("a file says what it is, is imported, and shows what was refused", async ({ page }) => {
  await signIn(page, "fi", "analyst");
  await page.goto(`${home("fi")}/#/import`);
  await statePurpose(page);
  await expectNoBarriers(page);
  const name = `mixed-${String(Date.now())}.nmea`;
  // A remark of its own makes the bytes new in every run.
  await page.locator("main input[type=file]").setInputFiles(file(name, `# ${name}\n${GOOD}${BAD}`));
  const one = card(page, name);
  await expect(one).toContainText("Ready");
  await expect(one).toContainText("First rows: ais_positions");
  await expect(one).toContainText("checksum");
  await expectNoBarriers(page);
  await one.getByRole("button", { name: "Import", exact: true }).click();
  await expect(one).toContainText("1 records and 0 new statements landed");
  await one.getByRole("link", { name: "Show the import" }).click();
  await expect(page.getByRole("heading", { name: "Refused rows" })).toBeVisible();
  await expect(page.getByRole("list", { name: "Refused rows" })).toContainText("checksum");
  await expectNoBarriers(page);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download refused rows" }).click();
  expect((await download).suggestedFilename()).toMatch(/^rejects-\d+\.jsonl$/);
  await page.getByRole("link", { name: "Imports" }).click();
  await expect(page.getByRole("link", { name })).toBeVisible();
});

test("several files queue, what was here already is said, and what nobody reads is discarded", async ({ page }) => {
  await signIn(page, "fi", "analyst");
  await page.goto(`${home("fi")}/#/import`);
  await statePurpose(page);
  const [first, same] = [file("first.nmea", GOOD), file("same.nmea", GOOD)];
  await page.locator("main input[type=file]").setInputFiles([first, same, file("noise.bin", Buffer.from([0xde, 0xad, 0xbe, 0xef]))]);
  await expect(card(page, "noise.bin")).toContainText("No reader recognises this file");
  await page.getByRole("button", { name: "Import all that are ready" }).click();
  await expect(card(page, "same.nmea")).toContainText("Nothing changed: these bytes are import");
  await card(page, "noise.bin").getByRole("button", { name: "Discard" }).click();
  await expect(card(page, "noise.bin")).toBeHidden();
});

test("files can be dropped, and chosen by keyboard", async ({ page }) => {
  await signIn(page, "fi", "analyst");
  await page.goto(`${home("fi")}/#/import`);
  await statePurpose(page);
  const data = await page.evaluateHandle((text) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], "dropped.nmea"));
    return transfer;
  }, GOOD);
  await page.getByRole("group", { name: "Drop files here" }).dispatchEvent("drop", { dataTransfer: data });
  await expect(card(page, "dropped.nmea")).toContainText("Ready");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Choose files" }).focus();
  await page.keyboard.press("Enter");
  expect((await chooser).isMultiple()).toBe(true);
});

test("a hostile name and hostile rows show as text", async ({ page }) => {
  await signIn(page, "fi", "analyst");
  await page.goto(`${home("fi")}/#/import`);
  await statePurpose(page);
  const name = "<img src=x onerror=alert(1)>\u202egpj.nmea";
  await page.locator("main input[type=file]").setInputFiles(file(name, `${GOOD}!AIVDM,<script>alert(1)</script>,${"x".repeat(10_000)}\n`));
  await expect(page.getByRole("article")).toContainText("<img src=x onerror=alert(1)>gpj.nmea");
  await expect(page.getByRole("article")).toContainText("<script>alert(1)</script>");
  await expect(page.locator("article img, article script")).toHaveCount(0);
  const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(isWide, "the page does not grow with what is in it").toBe(false);
});

test("the data-protection officer erases what an import brought", async ({ page, browser }) => {
  const analyst = await (await browser.newContext()).newPage();
  await signIn(analyst, "fi", "analyst");
  await analyst.goto(`${home("fi")}/#/import`);
  await statePurpose(analyst);
  const name = `to-erase-${String(Date.now())}.nmea`;
  await analyst.locator("main input[type=file]").setInputFiles(file(name, `# ${name}\n${GOOD}${BAD}`));
  await card(analyst, name).getByRole("button", { name: "Import", exact: true }).click();
  await expect(card(analyst, name)).toContainText("landed");
  await analyst.context().close();

  await signIn(page, "fi", "data-protection-officer");
  await page.goto(`${home("fi")}/#/import`);
  await statePurpose(page);
  await expect(page.getByRole("group", { name: "Drop files here" })).toBeHidden();
  await page.getByRole("link", { name }).click();
  await page.getByRole("button", { name: "Erase what it brought" }).click();
  await expectNoBarriers(page);
  await page.getByRole("dialog").getByRole("button", { name: "Erase", exact: true }).click();
  await expect(page.getByText("1 records and 0 statements were erased.")).toBeVisible();
  await expect(page.getByText("erased", { exact: true })).toBeVisible();
});
