// The list of the inbox: pages that follow each other, what is chosen, what was done last and can be undone.

import { api } from "../../api";
import type { InboxCounts, InboxLine, WorkStep } from "../../api-types";
import { complain, tell } from "../../toasts.svelte";
import type { Filter } from "./filter";
import { idOf, type Name, nameOf } from "./finding";
import { words } from "./messages";

const PAGE = 100;
/** Most findings one act works on. */
export const BULK_MAXIMUM = 500;

export class InboxList {
  filter = $state.raw<Filter>({});
  lines = $state.raw<readonly InboxLine[]>([]);
  total = $state(0);
  within = $state(0);
  counts = $state.raw<InboxCounts | null>(null);
  problem = $state.raw<unknown>(null);
  loading = $state(true);
  /** The finding the reader is at. */
  current = $state<string | null>(null);
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  /** How many are new since the list was read. */
  fresh = $state(0);
  /** Grows with every act, so that what shows a finding asks for it anew. */
  acts = $state(0);

  #asOf = "";
  #asked: AbortController | null = null;
  #more = false;
  #last: readonly Name[][] = [];

  index = $derived(this.lines.findIndex((line) => idOf(line.finding) === this.current));

  /** Reads the list from its beginning. What the reader is at stays, if it is still there. */
  async read(): Promise<void> {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.loading = true;
    try {
      const query = { ...this.filter, limit: PAGE };
      const page = await api("get", "/api/v1/inbox", { query, signal: asked.signal });
      this.lines = page.lines;
      this.total = page.total;
      this.within = page.within_budget;
      this.#asOf = page.as_of;
      this.fresh = 0;
      this.problem = null;
      this.loading = false;
      this.#keepChosen();
      this.counts = await api("get", "/api/v1/inbox/counts", { query: this.filter, signal: asked.signal });
    } catch (problem) {
      if (asked.signal.aborted) return;
      this.problem = problem;
      this.loading = false;
    }
  }

  /** Reads the next page, once the end of what is there came into view. */
  async more(): Promise<void> {
    if (this.#more || this.loading || this.lines.length >= this.total) return;
    this.#more = true;
    try {
      const page = await api("get", "/api/v1/inbox", { query: { ...this.filter, offset: this.lines.length, limit: PAGE } });
      const here = new Set(this.lines.map((line) => idOf(line.finding)));
      this.lines = [...this.lines, ...page.lines.filter((line) => !here.has(idOf(line.finding)))];
      this.total = page.lines.length === 0 ? this.lines.length : page.total;
    } catch (problem) {
      complain(problem);
    } finally {
      this.#more = false;
    }
  }

  /** Something changed at the node: says how much is new, and leaves the list as the reader sees it. */
  async look(): Promise<void> {
    if (this.#asOf === "" || this.loading) return;
    try {
      const { total } = await api("get", "/api/v1/inbox", { query: { ...this.filter, since: this.#asOf, limit: 1 } });
      this.fresh = total;
    } catch {
      // What is new can be seen later as well.
    }
  }

  line(id: string): InboxLine | undefined {
    return this.lines.find((line) => idOf(line.finding) === id);
  }

  choose(id: string, chosen: boolean): void {
    const next = new Set(this.chosen);
    if (chosen) next.add(id);
    else next.delete(id);
    this.chosen = next;
  }

  chooseNone(): void {
    this.chosen = new Set();
  }

  /** Does something with findings, shows what came of it, and offers to undo it. */
  async act(names: readonly Name[], step: WorkStep, done: string): Promise<boolean> {
    try {
      const report = await api("post", "/api/v1/inbox/work", { body: { findings: [...names], step } });
      this.#last = [...this.#last, [...names]].slice(-20);
      this.#take(report.lines);
      this.chooseNone();
      tell(done, () => this.undo(names));
      return true;
    } catch (problem) {
      complain(problem);
      return false;
    }
  }

  /** Undoes what was done last, or what was done last with these. */
  async undo(names: readonly Name[] | undefined = this.#last.at(-1)): Promise<void> {
    if (!names) {
      tell(words().nothingToUndo);
      return;
    }
    this.#last = this.#last.filter((one) => one !== names && one.map(idOf).join() !== names.map(idOf).join());
    try {
      const report = await api("post", "/api/v1/inbox/undo", { body: { findings: [...names] } });
      const [refused] = report.refused;
      tell(refused ? words().undonePartly(report.undone.length, report.refused.length, refused.reason) : words().undone);
      this.acts += 1;
      const first = report.undone[0];
      await this.read();
      if (first) this.current = idOf(first.finding);
    } catch (problem) {
      complain(problem);
    }
  }

  /** Takes lines as they stand now; those the filter no longer shows go, and the reader is at the next one. */
  #take(lines: readonly InboxLine[]): void {
    const before = this.index;
    const now = new Map(lines.map((line) => [idOf(line.finding), line]));
    const kept = this.lines.map((line) => now.get(idOf(line.finding)) ?? line).filter((line) => this.#fits(line));
    this.total -= this.lines.length - kept.length;
    const gone = this.lines.filter((line) => !kept.some((one) => idOf(one.finding) === idOf(line.finding)));
    this.within -= gone.filter((line) => !line.beyond_budget).length;
    this.lines = kept;
    this.acts += 1;
    if (before >= 0 && this.index < 0) {
      const next = kept[Math.min(before, kept.length - 1)];
      this.current = next ? idOf(next.finding) : null;
    }
    void this.#recount();
  }

  #fits(line: InboxLine): boolean {
    const state = this.filter.state ?? "open";
    const sleeps = line.snoozed_until !== null && line.snoozed_until !== undefined;
    return (state === "all" || line.finding.state === state) && sleeps === (this.filter.snoozed ?? false);
  }

  async #recount(): Promise<void> {
    try {
      this.counts = await api("get", "/api/v1/inbox/counts", { query: this.filter });
    } catch {
      // Counts that are a moment old harm nobody.
    }
  }

  #keepChosen(): void {
    const here = new Set(this.lines.map((line) => idOf(line.finding)));
    this.chosen = new Set([...this.chosen].filter((id) => here.has(id)));
  }

  /** The findings to act on: the chosen ones, or the one the reader is at. */
  get targets(): readonly Name[] {
    const ids = this.chosen.size > 0 ? [...this.chosen] : this.current === null ? [] : [this.current];
    return ids.map((id) => {
      const line = this.line(id);
      const [origin = "", key = ""] = id.split("/");
      return line ? nameOf(line.finding) : { origin, key };
    });
  }
}
