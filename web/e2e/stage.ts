// The stage of the browser tests: the demonstration's two nodes after their story, served by this build.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

/** Addresses of the pages, by the node's id. */
export type Stage = Record<string, string>;

/** Begins the stage and ends it after the last test. `OIKOS_E2E_STAGE` (a JSON object as `Stage`) uses nodes that serve already. */
export default async function stage(): Promise<() => Promise<void>> {
  if (process.env["OIKOS_E2E_STAGE"]) return async () => {};
  const target = process.env["CARGO_TARGET_DIR"] ?? resolve(import.meta.dirname, "../../target");
  const program = process.env["OIKOS_PROGRAM"] ?? join(target, "debug/oikos");
  if (!existsSync(program)) throw new Error(`${program} is not there: cargo xtask e2e builds it`);
  const folder = mkdtempSync(join(tmpdir(), "oikos-e2e-"));
  const demo = spawn(program, ["demo", "--small", "--folder", join(folder, "nodes")], { stdio: ["ignore", "pipe", "pipe"] });
  const pages = await pagesOf(demo);
  process.env["OIKOS_E2E_STAGE"] = JSON.stringify(pages);
  return async () => {
    demo.kill("SIGTERM");
    await new Promise((ended) => demo.once("exit", ended));
    rmSync(folder, { recursive: true, force: true });
  };
}

/** Waits until the demonstration says where its pages are. */
function pagesOf(demo: ChildProcess): Promise<Stage> {
  return new Promise((found, failed) => {
    const pages: Stage = {};
    const said: string[] = [];
    for (const stream of [demo.stdout, demo.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", (line) => {
        said.push(line);
        const page = /(\S+): (http:\/\/localhost:\d+) /.exec(line);
        if (page?.[1] && page[2]) pages[page[1]] = page[2];
        if (line.includes("Ctrl-C ends it")) found(pages);
      });
    }
    demo.once("exit", (code) => failed(new Error(`the demonstration ended with ${String(code)}:\n${said.slice(-20).join("\n")}`)));
  });
}
