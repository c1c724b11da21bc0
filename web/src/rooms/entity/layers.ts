// Where the boxes of an ownership graph stand: layers by holdings, and within a layer in the order that crosses fewest lines (barycentre).

import type { OwnershipGraph, OwnershipNode } from "../../api-types";

export interface Placed {
  readonly node: OwnershipNode;
  readonly x: number;
  readonly y: number;
}

export const BOX = { width: 168, height: 40, across: 24, down: 56 } as const;
const SWEEPS = 6;

export function place(graph: OwnershipGraph): { boxes: readonly Placed[]; width: number; height: number } {
  const layers = new Map<number, OwnershipNode[]>();
  for (const node of graph.nodes) layers.set(node.layer, [...(layers.get(node.layer) ?? []), node]);
  const order = [...layers.keys()].sort((one, other) => one - other);
  const beside = new Map<number, number[]>();
  for (const { owner, owned } of graph.edges) {
    beside.set(owner, [...(beside.get(owner) ?? []), owned]);
    beside.set(owned, [...(beside.get(owned) ?? []), owner]);
  }
  const at = new Map<number, number>();
  const count = (): void => order.forEach((layer) => layers.get(layer)?.forEach((node, position, all) => at.set(node.number, position - (all.length - 1) / 2)));
  count();
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 === 0 ? order : [...order].reverse()) {
      const middle = (node: OwnershipNode): number => {
        const near = beside.get(node.number) ?? [];
        return near.length === 0 ? (at.get(node.number) ?? 0) : near.reduce((sum, one) => sum + (at.get(one) ?? 0), 0) / near.length;
      };
      layers.get(layer)?.sort((one, other) => middle(one) - middle(other) || one.number - other.number);
      count();
    }
  }
  const widest = Math.max(1, ...[...layers.values()].map((nodes) => nodes.length));
  const width = widest * (BOX.width + BOX.across);
  const boxes = order.flatMap((layer, row) =>
    (layers.get(layer) ?? []).map((node) => ({ node, x: width / 2 + (at.get(node.number) ?? 0) * (BOX.width + BOX.across) - BOX.width / 2, y: row * (BOX.height + BOX.down) })),
  );
  return { boxes, width, height: order.length * (BOX.height + BOX.down) - BOX.down + 4 };
}

/** Numbers of the holdings on a way of holdings from `from` down to `to`; the shortest. */
export function proofPath(graph: OwnershipGraph, from: number, to: number): ReadonlySet<number> {
  const came = new Map<number, number>();
  const seen = new Set([from]);
  const waiting = [from];
  while (waiting.length > 0) {
    const next = waiting.shift() ?? from;
    graph.edges.forEach((edge, position) => {
      if (edge.owner !== next || seen.has(edge.owned)) return;
      seen.add(edge.owned);
      came.set(edge.owned, position);
      waiting.push(edge.owned);
    });
  }
  const path = new Set<number>();
  for (let at = to; at !== from; ) {
    const edge = came.get(at);
    if (edge === undefined) return new Set();
    path.add(edge);
    at = graph.edges[edge]?.owner ?? from;
  }
  return path;
}
