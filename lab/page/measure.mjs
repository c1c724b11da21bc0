// Drives the page of a node as a person would, and says how soon it painted: node lab/page/measure.mjs ADDRESS
// Ends with one line of JSON, as every piece of work of the lab. Facts are in thousandths of their unit.

import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../../web/package.json", import.meta.url))("@playwright/test");

const ACCOUNT = "mikko.laine";
const PASSWORD = "quiet-tide-on-loopback";
/** The shortest an event can be reported as. */
const SHORTEST_MS = 16;

const [address] = process.argv.slice(2);
if (!address) throw new Error("usage: node lab/page/measure.mjs ADDRESS");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB" });
const facts = {};
try {
  facts.first_load = await firstLoad();
  await signIn();
  await view("inbox", inbox);
  await view("map", map);
  await view("graph", graph);
  const version = `Chromium ${browser.version()}`;
  process.stdout.write(`${JSON.stringify({ version, peak_kib: null, facts })}\n`);
} finally {
  await browser.close();
}

/** Bytes over the network until the sign-in page stands. */
async function firstLoad() {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  let bytes = 0;
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(address, { waitUntil: "networkidle" });
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  return Math.round(bytes);
}

async function signIn() {
  await page.getByLabel("Account").fill(ACCOUNT);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("navigation", { name: "Rooms" }).waitFor();
}

/** Opens a view, does what a person does there, and takes what the browser measured of it. */
async function view(name, work) {
  await page.evaluate(() => {
    globalThis.interactions = new Map();
    globalThis.observer?.disconnect();
    globalThis.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.interactionId === 0) continue;
        const longest = globalThis.interactions.get(entry.interactionId) ?? 0;
        globalThis.interactions.set(entry.interactionId, Math.max(longest, entry.duration));
      }
    });
    globalThis.observer.observe({ type: "event", durationThreshold: 16 });
  });
  const { count, acts } = await work();
  // What was painted last is reported after the next frame.
  await page.waitForTimeout(500);
  const reported = await page.evaluate(() => [...globalThis.interactions.values()]);
  const silent = Array(Math.max(0, acts - reported.length)).fill(SHORTEST_MS);
  const durations = [...reported, ...silent].sort((one, other) => one - other);
  facts[`${name}_count`] = count;
  facts[`${name}_acts`] = durations.length;
  facts[`${name}_p75`] = Math.round((durations[Math.ceil(durations.length * 0.75) - 1] ?? 0) * 1000);
  facts[`${name}_longest`] = Math.round((durations.at(-1) ?? 0) * 1000);
}

/** Goes to a place of the page, and says for what one works where the node asks. */
async function go(place, there) {
  await page.evaluate((to) => (location.hash = to), place);
  const asking = page.getByRole("dialog", { name: "For what do you work?" });
  await asking.or(there).first().waitFor();
  if (await asking.isVisible()) await asking.getByRole("button", { name: "Go on" }).click();
  await there.waitFor();
}

/** Presses keys one after the other, as fast as one who knows them. */
async function press(keys) {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
  }
  return keys.length;
}

async function inbox() {
  const list = page.getByRole("region", { name: "Inbox" });
  await go("#/inbox", list.getByRole("listitem").first());
  const count = await page.evaluate(async () => (await (await fetch("/api/v1/inbox?limit=1")).json()).total);
  let acts = await press([...Array(40).fill("j"), ...Array(10).fill("k"), "Enter", "x", "j", "x", "j", "x", "Escape"]);
  for (const position of [1, 3, 5, 2, 4]) {
    await list.getByRole("listitem").nth(position).getByRole("button").first().click();
    await page.waitForTimeout(150);
    acts += 1;
  }
  return { count, acts };
}

async function map() {
  await go("#/picture", page.getByText(/of [\d,.]+ findings shown/));
  const shown = await page.getByText(/of [\d,.]+ findings shown/).textContent();
  // The node gives the 50,000 strongest.
  const count = Math.min(50_000, Number(/of ([\d,.]+)/.exec(shown)[1].replace(/\D/g, "")));
  const drawn = page.getByRole("img", { name: "Map of findings" });
  await drawn.focus();
  let acts = await press(["+", "+", "ArrowLeft", "ArrowUp", "+", "ArrowRight", "ArrowDown", "-", "-", "+", "ArrowLeft", "ArrowLeft", "-", "-"]);
  acts += await clickAround(drawn);
  for (const name of ["Zoom in", "Zoom out"]) {
    await page.getByRole("button", { name }).first().click();
    acts += 1;
  }
  return { count, acts };
}

async function graph() {
  await page.getByRole("button", { name: "Graph", exact: true }).click();
  await page.getByText("The graph is drawn.").waitFor({ state: "attached", timeout: 120_000 });
  const drawn = page.getByRole("img", { name: "Graph", exact: false }).last();
  let acts = 1 + (await clickAround(drawn));
  for (const name of ["Zoom in", "Zoom in", "Zoom out", "Zoom out"]) {
    await page.getByRole("button", { name }).last().click();
    await page.waitForTimeout(100);
    acts += 1;
  }
  return { count: Math.min(5_000, facts.map_count), acts };
}

/** Clicks at places all over something, and drags it about. */
async function clickAround(drawn) {
  const box = await drawn.boundingBox();
  let acts = 0;
  for (let number = 1; number <= 12; number += 1) {
    const part = (factor) => 0.1 + 0.8 * ((0.5 + factor * number) % 1);
    await page.mouse.click(box.x + box.width * part(0.7548776662466927), box.y + box.height * part(0.5698402909980532));
    await page.waitForTimeout(100);
    acts += 1;
  }
  for (const [dx, dy] of [[60, 0], [0, 40], [-50, -30]]) {
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + dx, box.y + box.height / 2 + dy, { steps: 6 });
    await page.mouse.up();
    acts += 1;
  }
  return acts;
}
