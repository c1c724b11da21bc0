// The present moment, to the half minute, so that what becomes late shows late within a minute.

const TICK_MS = 20_000;

let now = $state(Date.now());

setInterval(() => (now = Date.now()), TICK_MS);

/** Milliseconds since 1970, a few seconds old at most. */
export function clock(): number {
  return now;
}

/** Whether a moment has passed. */
export function hasPassed(at: string | null | undefined): boolean {
  return at !== null && at !== undefined && Date.parse(at) < now;
}
