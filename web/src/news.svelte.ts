// News of the node: which kinds of things changed, never what. Rooms ask anew for what they show.

/** Kinds of things that change. The stream is no JSON, so its kinds are not among the generated types. */
export type NewsKind = "findings" | "leads" | "cases" | "jobs" | "requests" | "parcels" | "approvals" | "partners";

type Counters = Partial<Record<NewsKind, number>>;
type Heard = (changed: ReadonlySet<NewsKind>) => void;

/** Changes that come close together are told once. */
const SETTLES_MS = 600;

const listeners = new Set<Heard>();
let source: EventSource | null = null;
let known: Counters | null = null;
let changed = new Set<NewsKind>();
let settling: ReturnType<typeof setTimeout> | undefined;

/** Hears of changes of these kinds while the component that calls it is there: `$effect(() => onNews(["findings"], ask))`. */
export function onNews(kinds: readonly NewsKind[], ask: () => void): () => void {
  const heard: Heard = (all) => {
    if (kinds.some((kind) => all.has(kind))) ask();
  };
  listeners.add(heard);
  listen();
  return () => {
    listeners.delete(heard);
    if (listeners.size === 0) stop();
  };
}

function listen(): void {
  if (source) return;
  source = new EventSource("/api/v1/events");
  source.addEventListener("changes", (event) => hear(JSON.parse((event as MessageEvent<string>).data) as Counters));
}

function stop(): void {
  source?.close();
  source = null;
  known = null;
  clearTimeout(settling);
  changed = new Set();
}

/** A counter that is another one than before says that something changed: after a restart of the node they begin anew. */
function hear(counters: Counters): void {
  const before = known;
  known = counters;
  if (!before) return;
  for (const [kind, count] of Object.entries(counters) as [NewsKind, number][]) {
    if (before[kind] !== count) changed.add(kind);
  }
  if (changed.size === 0) return;
  clearTimeout(settling);
  settling = setTimeout(() => {
    const told = changed;
    changed = new Set();
    for (const listener of listeners) listener(told);
  }, SETTLES_MS);
}
