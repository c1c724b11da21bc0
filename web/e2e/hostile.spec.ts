// Hostile content everywhere: each answer of the node that carries text of people or files gets it replaced, and every page is opened.

import { expect, settled, signIn, test } from "./fixtures";
import { PLACES } from "./places";

const HOSTILE = [
  `<img src=x onerror="document.body.dataset.broken='yes'"><script>document.body.dataset.broken='yes'</script>`,
  `"><svg onload=document.body.dataset.broken='yes'> \${7*7} {{7*7}} javascript:alert(1)`,
  "A".repeat(10_000),
  "\u202Egnp.exe\u202C abc \u2066\u2067 \u200Bhidden\u200B \u0000\u0007",
  "משרד החקירות שלום مكتب التحقيق",
  "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿 Z̸̡̢̧̛̗̘̙̜̝̞̟̠̤̥̦̩̪̫̬̭̮̯̰̱̲̳̹̺̻̼͇͈͉͍͎̀́̂̃̄̅̆̇̈̉̊̋̌̍̎̏̐̑̒̓̔algo",
  "",
];

/** Names of fields that hold what people and files wrote. Ids, codes and moments stay, or nothing could be opened. */
const WRITTEN = new Set([
  "title", "text", "display_name", "reason", "note", "name", "description", "value", "label", "agreement", "link_problem", "detail", "message", "why", "outcome_text",
]);

/** The answer with hostile text in place of what was written. */
function poisoned(answer: unknown, field = "", counter = { n: 0 }): unknown {
  if (Array.isArray(answer)) return answer.map((item) => poisoned(item, field, counter));
  if (answer !== null && typeof answer === "object") {
    return Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, poisoned(value, name, counter)]));
  }
  if (typeof answer !== "string" || !WRITTEN.has(field)) return answer;
  counter.n += 1;
  return HOSTILE[counter.n % HOSTILE.length];
}

for (const { name, node, role, place, open } of PLACES) {
  test(`hostile content shows harmlessly: ${name}`, async ({ page }) => {
    page.on("dialog", (dialog) => {
      throw new Error(`a dialog of the browser opened: ${dialog.message()}`);
    });
    await signIn(page, node, role, place);
    await (open ? open(page) : settled(page));
    await page.route(/\/api\/v1\/(?!session|node$|openapi|events)/, async (route) => {
      const response = await route.fetch();
      const text = await response.text();
      if (!response.headers()["content-type"]?.includes("json") || !response.ok()) return route.fulfill({ response });
      return route.fulfill({ response, json: poisoned(JSON.parse(text)) });
    });
    await page.reload();
    await settled(page);
    expect(await page.locator("body").getAttribute("data-broken")).toBeNull();
    expect(await page.locator("main script, main img").count()).toBe(0);
    const overflow_px = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow_px, "the page scrolls sideways").toBeLessThanOrEqual(0);
    // What a page still waits for must not outlive the test.
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });
}
