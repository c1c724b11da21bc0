// The picture as columns of numbers, and which of its points a reader's filters leave. Everything here is linear in the number of points.

import type { PictureView } from "../../api-types";

export const DAY_SECONDS = 86_400;

/** How a point is drawn: what joins it with others. */
export const ALONE = 0;
export const IN_LEAD = 1;
export const IN_CAMPAIGN = 2;

export interface Points {
  readonly count: number;
  /** Position on the map in units of the whole map, 0 to 1; negative where there is none. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly desk: Uint8Array;
  /** `ALONE`, `IN_LEAD` or `IN_CAMPAIGN`. */
  readonly rank: Uint8Array;
  /** Position of the strongest lead, −1 for none. */
  readonly lead: Int32Array;
  readonly first: number;
  readonly last: number;
}

/** What a reader wants to see. Empty sets and `null` do not restrict. */
export interface Filter {
  readonly desks: ReadonlySet<number>;
  readonly domains: ReadonlySet<string>;
  readonly lead: number | null;
  readonly span: readonly [number, number] | null;
  /** Part of the map: west, north, east, south in units of the whole. */
  readonly box: readonly [number, number, number, number] | null;
}

export const EVERYTHING: Filter = { desks: new Set(), domains: new Set(), lead: null, span: null, box: null };

/** Web Mercator in units of the whole map. */
export function project(latitude: number, longitude: number): [number, number] {
  const north = Math.max(-85, Math.min(85, latitude)) * (Math.PI / 180);
  return [(longitude + 180) / 360, (1 - Math.log(Math.tan(north) + 1 / Math.cos(north)) / Math.PI) / 2];
}

export function pointsOf(view: PictureView): Points {
  const { points, leads } = view;
  const count = points.keys.length;
  const made = {
    count,
    x: new Float32Array(count).fill(-1),
    y: new Float32Array(count).fill(-1),
    from: Float64Array.from(points.from_seconds),
    to: Float64Array.from(points.to_seconds),
    desk: Uint8Array.from(points.desks),
    rank: new Uint8Array(count),
    lead: Int32Array.from(points.leads),
    first: Infinity,
    last: -Infinity,
  };
  for (let at = 0; at < count; at += 1) {
    const latitude = points.latitudes[at];
    const longitude = points.longitudes[at];
    if (latitude !== null && latitude !== undefined && longitude !== null && longitude !== undefined) {
      [made.x[at], made.y[at]] = project(latitude, longitude);
    }
    const lead = made.lead[at] ?? -1;
    made.rank[at] = lead < 0 ? ALONE : leads[lead]?.is_campaign ? IN_CAMPAIGN : IN_LEAD;
    made.first = Math.min(made.first, made.from[at] ?? Infinity);
    made.last = Math.max(made.last, made.to[at] ?? -Infinity);
  }
  return made;
}

/** Which points pass, as a mask; `without` leaves one kind of filter out, for the part that sets it. */
export function mask(view: PictureView, points: Points, filter: Filter, without?: "span" | "box"): Uint8Array {
  const passes = new Uint8Array(points.count);
  const deskPasses = view.desks.map((desk, number) => {
    const named = filter.desks.size === 0 || filter.desks.has(number);
    return named && (filter.domains.size === 0 || desk.domains.slice(0, 1).some((domain) => filter.domains.has(domain)));
  });
  const inLead = filter.lead === null ? null : new Set(view.leads[filter.lead]?.points ?? []);
  const span = without === "span" ? null : filter.span;
  const box = without === "box" ? null : filter.box;
  for (let at = 0; at < points.count; at += 1) {
    if (!deskPasses[points.desk[at] ?? 0]) continue;
    if (inLead && !inLead.has(at)) continue;
    if (span && ((points.to[at] ?? 0) < span[0] || (points.from[at] ?? 0) >= span[1])) continue;
    if (box) {
      const x = points.x[at] ?? -1;
      const y = points.y[at] ?? -1;
      if (x < box[0] || y < box[1] || x > box[2] || y > box[3]) continue;
    }
    passes[at] = 1;
  }
  return passes;
}

/** A grid over the map by which the point under a pointer is found without looking at all of them. */
export class Grid {
  private static readonly CELLS = 512;
  private readonly heads = new Int32Array(Grid.CELLS * Grid.CELLS).fill(-1);
  private readonly next: Int32Array;

  constructor(private readonly points: Points) {
    this.next = new Int32Array(points.count);
    for (let at = 0; at < points.count; at += 1) {
      if ((points.x[at] ?? -1) < 0) continue;
      const cell = this.row(points.y[at] ?? 0) * Grid.CELLS + this.row(points.x[at] ?? 0);
      this.next[at] = this.heads[cell] ?? -1;
      this.heads[cell] = at;
    }
  }

  private row(value: number): number {
    return Math.max(0, Math.min(Grid.CELLS - 1, Math.floor(value * Grid.CELLS)));
  }

  /** The passing points within `reach` of a place, the strongest first. */
  near(x: number, y: number, reach: number, passes: Uint8Array, most: number): number[] {
    const found: number[] = [];
    for (let row = this.row(y - reach); row <= this.row(y + reach); row += 1) {
      for (let column = this.row(x - reach); column <= this.row(x + reach); column += 1) {
        for (let at = this.heads[row * Grid.CELLS + column] ?? -1; at >= 0; at = this.next[at] ?? -1) {
          const away = Math.hypot((this.points.x[at] ?? 0) - x, (this.points.y[at] ?? 0) - y);
          if (passes[at] && away <= reach) found.push(at);
        }
      }
    }
    return found.sort((one, other) => one - other).slice(0, most);
  }
}

/** Counts per bar of equal length over the whole span: points that pass and that begin there. */
export function bars(points: Points, passes: Uint8Array, count: number): Uint32Array {
  const counts = new Uint32Array(count);
  const length = Math.max(1, points.last - points.first);
  for (let at = 0; at < points.count; at += 1) {
    if (!passes[at]) continue;
    const bar = Math.min(count - 1, Math.floor((((points.from[at] ?? 0) - points.first) / length) * count));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  return counts;
}

/** Positions of the passing points, strongest first. */
export function passing(passes: Uint8Array): number[] {
  const list: number[] = [];
  for (let at = 0; at < passes.length; at += 1) if (passes[at]) list.push(at);
  return list;
}

/** A day as `2026-03-10`. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
