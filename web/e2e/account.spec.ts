// One's own account, and accounts as an administrator keeps them.

import { expect, expectNoBarriers, home, PEOPLE, signIn, test } from "./fixtures";

test("a person sees their sessions and ends another one", async ({ page, browser }) => {
  const other = await browser.newPage();
  await signIn(other, "at", "auditor");
  await signIn(page, "at", "auditor", "#/account");
  await expect(page.getByText("this one")).toBeVisible();
  const end = page.getByRole("button", { name: "End", exact: true });
  const before = await end.count();
  expect(before).toBeGreaterThan(0);
  await expectNoBarriers(page);
  await end.last().click();
  await expect(end).toHaveCount(before - 1);
  await other.close();
});

test("an authenticator app is enrolled with a secret shown once", async ({ page }) => {
  await signIn(page, "at", "supervisor", "#/account");
  const app = page.getByRole("region").or(page.locator("section")).filter({ has: page.getByRole("heading", { name: /Authenticator app/ }) }).last();
  await app.getByRole("button", { name: "Enrol" }).click();
  await expect(app.getByText(/^([A-Z2-7]{4} ?)+/)).toBeVisible();
  await app.getByLabel("Its first code").fill("000000");
  await app.getByRole("button", { name: "Confirm" }).click();
  await expect(app.getByRole("alert")).toBeVisible();
  await expectNoBarriers(page);
});

test("two new passwords that differ are not sent", async ({ page }) => {
  await signIn(page, "at", "analyst", "#/account");
  await page.getByLabel("Present password").fill("x");
  await page.getByLabel("New password", { exact: true }).fill("a-long-new-password");
  await page.getByLabel("New password again").fill("another-long-one");
  await expect(page.getByText("Both must be the same.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Change" })).toBeDisabled();
});

test("a passkey is registered and signs in", async ({ page }) => {
  const node = (await (await page.request.get(`${home("at")}/api/v1/node`)).json()) as { passkeys: boolean };
  test.skip(!node.passkeys, "this stage's node names no public origin, so it has no passkeys");
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
  });
  await signIn(page, "at", "auditor", "#/account");
  await page.getByLabel("Name of a new passkey").fill("virtual");
  await page.getByRole("button", { name: "Register" }).click();
  await expect(page.getByRole("button", { name: "Remove the passkey virtual" })).toBeVisible();
  await expectNoBarriers(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("navigation", { name: "Rooms" })).toBeVisible();
  await page.goto(`${home("at")}/#/account`);
  await page.getByRole("button", { name: "Remove the passkey virtual" }).click();
  await expect(page.getByRole("button", { name: "Remove the passkey virtual" })).toHaveCount(0);
});

test("an administrator keeps accounts and sees no case data", async ({ page }) => {
  await signIn(page, "at", "administrator", "#/people");
  await expect(page.getByRole("cell", { name: PEOPLE.at.analyst, exact: true })).toBeVisible();
  await expectNoBarriers(page);
  await page.getByRole("button", { name: "Add an account" }).click();
  const dialog = page.getByRole("dialog", { name: "Add an account" });
  await dialog.getByLabel("Account").fill("nina.neu");
  await dialog.getByLabel("Person").fill("Nina Neu");
  await dialog.getByLabel("First password").fill("a-password-of-length");
  await dialog.getByLabel("Auditor").check();
  await expectNoBarriers(page);
  await dialog.getByRole("button", { name: "Keep" }).click();
  await expect(page.getByRole("cell", { name: "nina.neu", exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Edit nina.neu" }).click();
  await page.getByLabel("Refuse sign-in").check();
  await page.getByRole("button", { name: "Keep" }).click();
  await expect(page.getByRole("row").filter({ hasText: "nina.neu" }).getByText("disabled")).toBeVisible();
  expect((await page.request.get(`${home("at")}/api/v1/findings`)).status()).toBe(403);
});

test("who administers nothing finds no accounts", async ({ page }) => {
  await signIn(page, "at", "analyst", "#/people");
  await expect(page.getByText("Your role has no business here")).toBeVisible();
  expect((await page.request.get(`${home("at")}/api/v1/users`)).status()).toBe(403);
});
