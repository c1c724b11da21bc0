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
