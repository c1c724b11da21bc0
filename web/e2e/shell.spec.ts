// The frame: signing in and out, what each role finds, languages, themes, keys.

import { expect, expectNoBarriers, home, PEOPLE, type Role, signIn, statePurpose, test } from "./fixtures";

test("a wrong password is refused in words, a right one leads to a room", async ({ page }) => {
  await page.goto(home("fi"));
  await expectNoBarriers(page);
  await page.getByLabel("Account").fill(PEOPLE.fi.analyst);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("wrong");
  await page.getByLabel("Password").fill("quiet-tide-on-loopback");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("navigation", { name: "Rooms" })).toBeVisible();
  await expect(page).toHaveURL(/#\/inbox/);
  await statePurpose(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  await page.goto(`${home("fi")}/#/inbox`);
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
});

/** Rooms each role finds, in the order of the rail. */
const WORKING = ["Inbox", "Picture", "Entities", "Cases", "Exchange", "Oversight", "Desks", "Import"] as const;
const ROOMS: Record<Role, readonly string[]> = {
  analyst: WORKING,
  // On the stage who releases is an analyst too.
  releaser: WORKING,
  supervisor: WORKING,
  "data-protection-officer": ["Exchange", "Oversight", "Desks", "Import"],
  auditor: ["Exchange", "Oversight", "Desks"],
  administrator: ["Exchange", "Oversight", "Desks", "People"],
};

for (const [role, rooms] of Object.entries(ROOMS) as [Role, readonly string[]][]) {
  test(`the rail of a ${role} has the rooms of that role and no other`, async ({ page }) => {
    await signIn(page, "fi", role);
    await expect(page.getByRole("navigation", { name: "Rooms" }).getByRole("link")).toHaveText([...rooms]);
    await expectNoBarriers(page);
  });
}

test("a role that may not read findings is refused by the API too", async ({ page }) => {
  await signIn(page, "fi", "administrator");
  for (const path of ["findings", "leads", "received", "asks/hits", "journal"]) {
    const answer = await page.request.get(`${home("fi")}/api/v1/${path}`);
    expect(answer.status(), path).toBe(403);
  }
  await page.goto(`${home("fi")}/#/inbox`);
  await expect(page.getByText("Your role has no business here")).toBeVisible();
});

test("the page speaks three languages and keeps the choice", async ({ page }) => {
  await signIn(page, "fi", "auditor");
  for (const [language, signOut] of [["fr", "Se déconnecter"], ["de", "Abmelden"]] as const) {
    await page.locator("header select").first().selectOption(language);
    await expect(page.getByRole("button", { name: signOut })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("lang", language);
    await page.reload();
    await expect(page.getByRole("button", { name: signOut })).toBeVisible();
  }
});

test("light and dark can be chosen, and both can be read", async ({ page }) => {
  await signIn(page, "fi", "analyst");
  for (const theme of ["dark", "light"]) {
    await page.getByLabel("Appearance").selectOption(theme);
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await expectNoBarriers(page);
  }
});

test("a question mark lists the keys, and g with a letter leads to a room", async ({ page }) => {
  // A room that asks for no purpose: a dialog would take the keys.
  await signIn(page, "fi", "analyst", "#/account");
  await page.locator("main").focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeHidden();
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await expect(page).toHaveURL(/#\/picture/);
});

test("the first load is small and asks nobody but the node", async ({ page }) => {
  const foreign: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(home("fi")) && !request.url().startsWith("data:")) foreign.push(request.url());
  });
  await page.goto(home("fi"));
  await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeVisible();
  expect(foreign).toEqual([]);
});
