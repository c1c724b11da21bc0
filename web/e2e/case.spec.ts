// Cases: opened from the inbox, worked with a playbook, notes and decisions, handed over and closed; released from.

import type { Page } from "@playwright/test";
import { expect, expectNoBarriers, home, signIn, statePurpose, test } from "./fixtures";

/** Opens a case with the strongest finding and gives its id. */
async function openCase(page: Page, title: string): Promise<string> {
  await signIn(page, "fi", "analyst", "#/inbox?text=SABLE");
  await statePurpose(page);
  await page.getByRole("list", { name: /findings$/ }).getByRole("button").first().click();
  await page.getByRole("button", { name: /^Open case/ }).click();
  const dialog = page.getByRole("dialog", { name: "Open a case with this finding" });
  await expectNoBarriers(page);
  await dialog.getByLabel("Title").fill(title);
  await dialog.getByLabel("Playbook").selectOption("ship-over-cable");
  await dialog.getByRole("button", { name: "Open a case" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
  return new URL(page.url()).hash.split("/")[2] ?? "";
}

test("a case is opened from a finding with a playbook and its clocks", async ({ page }) => {
  await openCase(page, "Petrel over the cable");
  const tasks = page.getByRole("region", { name: "Tasks" });
  await expect(tasks.getByText("Call the operator, and ask for the state of the line")).toBeVisible();
  await expect(tasks.getByText("Dir. 2002/59/EC Art. 16 and 19")).toBeVisible();
  await expect(page.getByRole("region", { name: "Findings and leads" })).toContainText("SABLE");
  await expect(page.getByText("TLP:AMBER+STRICT").first()).toBeVisible();
  await expectNoBarriers(page);
  await tasks.getByRole("checkbox", { name: /Call the operator/ }).click();
  await expect(page.locator(".toasts")).toContainText("Task done");
  await expect(tasks.getByRole("checkbox", { name: /Call the operator/ })).toBeChecked();
});

test("a task whose date has passed shows late", async ({ page }) => {
  await openCase(page, "Late already");
  const tasks = page.getByRole("region", { name: "Tasks" });
  await tasks.getByRole("button", { name: "Add a task" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a task" });
  await dialog.getByLabel("What is to be done?").fill("Look at the anchor");
  await dialog.getByLabel("Due (UTC)").fill("2020-01-01T08:00");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(tasks.getByRole("listitem").filter({ hasText: "Look at the anchor" }).getByText("late", { exact: true })).toBeVisible();
  await page.goto(`${home("fi")}/#/case?late=true`);
  await expect(page.getByRole("row", { name: /Late already/ })).toContainText("1 late");
});

test("notes stay and are corrected by new ones; a decision has its reasons", async ({ page }) => {
  await openCase(page, "Notes");
  const notes = page.getByRole("region", { name: "Notes and decisions" });
  await notes.getByRole("textbox", { name: "Note" }).fill("It flies the flag of Palau");
  await notes.getByRole("button", { name: "Add the note" }).click();
  await notes.getByRole("button", { name: /^Correct note/ }).click();
  await notes.getByRole("textbox", { name: "Note" }).fill("It flies the flag of Panama");
  await notes.getByRole("button", { name: "Add the note" }).click();
  await expect(notes.getByText("It flies the flag of Palau")).toBeVisible();
  await expect(notes.getByText(/corrected by note/)).toBeVisible();
  await notes.getByRole("checkbox", { name: "This is a decision" }).check();
  await notes.getByRole("textbox", { name: "Decision" }).fill("Ask the neighbours");
  await notes.getByLabel("Why?").fill("it left for Estonia");
  await notes.getByRole("button", { name: "Note the decision" }).click();
  await expect(notes.getByText("it left for Estonia")).toBeVisible();
});

test("a supervisor hands a case over and closes it; a releaser reads it and releases from it", async ({ page, browser }) => {
  const id = await openCase(page, "Handed over");
  const other = await browser.newPage();
  await signIn(other, "fi", "supervisor", `#/case/${id}`);
  await statePurpose(other);
  await other.getByRole("button", { name: "Close the case" }).click();
  await other.getByRole("dialog").getByLabel("Outcome").fill("a repair ship");
  await other.getByRole("dialog").getByRole("button", { name: "Close the case" }).click();
  await expect(other.getByText("a repair ship").first()).toBeVisible();
  await other.close();

  await expect(page.getByText("Closed").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Add a task" })).toHaveCount(0);
  const releaser = await browser.newPage();
  await signIn(releaser, "fi", "releaser", `#/case/${id}`);
  await statePurpose(releaser);
  const link = releaser.getByRole("link", { name: /^Release: / }).first();
  await expect(link).toHaveAttribute("href", new RegExp(`^#/exchange/release\\?finding=.*case=${id}`));
  await expect(releaser.getByRole("button", { name: "Reopen" })).toHaveCount(0);
  await releaser.close();
});

test("an administrator has no cases, on the page or behind it", async ({ page }) => {
  await signIn(page, "fi", "administrator", "#/case");
  await expect(page.getByText("Your role has no business here")).toBeVisible();
  expect((await page.request.get(`${home("fi")}/api/v1/cases`)).status()).toBe(403);
});
