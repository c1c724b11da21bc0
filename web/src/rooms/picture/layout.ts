// Where the graph's nodes stand: what hangs together is drawn together by a small force layout, and the groups are packed on a spiral, the
// largest in the middle. What has no link stands in rings around them. The same graph gives the same drawing.

export interface Edges {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

const ROUNDS = 80;
/** Groups above this are laid out by a grid of neighbours instead of all pairs. */
const ALL_PAIRS = 300;

/** x and y of each node, one after the other. */
export function layOut(count: number, edges: Edges): Float32Array {
  const places = new Float32Array(count * 2);
  const groups = groupsOf(count, edges);
  const joined = groups.filter((group) => group.length > 1).sort((one, other) => other.length - one.length);
  let reach = 0;
  let turn = 0;
  for (const group of joined) {
    const radius = Math.sqrt(group.length) * 14 + 10;
    placeGroup(group, edges, places, radius);
    const away = reach === 0 ? 0 : reach + radius;
    move(group, places, Math.cos(turn) * away, Math.sin(turn) * away);
    turn += 2.399963;
    // The spiral opens as fast as the area it has to hold.
    reach = reach === 0 ? radius : Math.max(reach, away * 0.75 + radius * 0.4);
  }
  const alone = groups.filter((group) => group.length === 1).map((group) => group[0] ?? 0);
  alone.forEach((node, position) => {
    const angle = position * 2.399963;
    const away = reach * 1.5 + 20 + Math.sqrt(position) * 9;
    places[node * 2] = Math.cos(angle) * away;
    places[node * 2 + 1] = Math.sin(angle) * away;
  });
  return places;
}

function groupsOf(count: number, edges: Edges): number[][] {
  const leader = new Uint32Array(count).map((_, node) => node);
  const find = (node: number): number => {
    let at = node;
    while (leader[at] !== at) {
      leader[at] = leader[leader[at] ?? at] ?? at;
      at = leader[at] ?? at;
    }
    return at;
  };
  for (let edge = 0; edge < edges.from.length; edge += 1) {
    const one = find(edges.from[edge] ?? 0);
    const other = find(edges.to[edge] ?? 0);
    leader[Math.max(one, other)] = Math.min(one, other);
  }
  const groups = new Map<number, number[]>();
  for (let node = 0; node < count; node += 1) {
    const of = find(node);
    const group = groups.get(of);
    if (group) group.push(node);
    else groups.set(of, [node]);
  }
  return [...groups.values()];
}

function placeGroup(group: readonly number[], edges: Edges, places: Float32Array, radius: number): void {
  const inGroup = new Set(group);
  const own: [number, number][] = [];
  for (let edge = 0; edge < edges.from.length; edge += 1) {
    const from = edges.from[edge] ?? 0;
    if (inGroup.has(from)) own.push([from, edges.to[edge] ?? 0]);
  }
  group.forEach((node, position) => {
    const angle = (position / group.length) * 2 * Math.PI;
    places[node * 2] = Math.cos(angle) * radius * (0.5 + ((position * 7) % 11) / 22);
    places[node * 2 + 1] = Math.sin(angle) * radius * (0.5 + ((position * 7) % 11) / 22);
  });
  const wanted = radius / Math.sqrt(group.length) + 8;
  for (let round = 0; round < ROUNDS; round += 1) {
    const step = (1 - round / ROUNDS) * wanted * 0.5;
    push(group, places, wanted, step);
    for (const [from, to] of own) pull(from, to, places, wanted, step);
  }
  centre(group, places);
}

/** Nodes nearer than wanted push each other away; a grid finds them. */
function push(group: readonly number[], places: Float32Array, wanted: number, step: number): void {
  const cells = new Map<string, number[]>();
  const cell = (node: number): [number, number] => [Math.floor((places[node * 2] ?? 0) / wanted), Math.floor((places[node * 2 + 1] ?? 0) / wanted)];
  if (group.length > ALL_PAIRS) {
    for (const node of group) {
      const name = cell(node).join();
      const there = cells.get(name);
      if (there) there.push(node);
      else cells.set(name, [node]);
    }
  }
  for (const node of group) {
    const [column, row] = cell(node);
    const near = group.length <= ALL_PAIRS ? group : [-1, 0, 1].flatMap((x) => [-1, 0, 1].flatMap((y) => cells.get([column + x, row + y].join()) ?? []));
    for (const other of near) {
      if (other <= node) continue;
      const x = (places[other * 2] ?? 0) - (places[node * 2] ?? 0) || 0.01;
      const y = (places[other * 2 + 1] ?? 0) - (places[node * 2 + 1] ?? 0) || 0.01;
      const away = Math.hypot(x, y);
      if (away > wanted) continue;
      const by = Math.min(step, (wanted - away) / 2) / away;
      shift(places, node, -x * by, -y * by);
      shift(places, other, x * by, y * by);
    }
  }
}

function pull(from: number, to: number, places: Float32Array, wanted: number, step: number): void {
  const x = (places[to * 2] ?? 0) - (places[from * 2] ?? 0);
  const y = (places[to * 2 + 1] ?? 0) - (places[from * 2 + 1] ?? 0);
  const away = Math.hypot(x, y) || 1;
  const by = Math.max(-step, Math.min(step, (away - wanted) / 2)) / away;
  shift(places, from, x * by, y * by);
  shift(places, to, -x * by, -y * by);
}

function shift(places: Float32Array, node: number, x: number, y: number): void {
  places[node * 2] = (places[node * 2] ?? 0) + x;
  places[node * 2 + 1] = (places[node * 2 + 1] ?? 0) + y;
}

function centre(group: readonly number[], places: Float32Array): void {
  const middle = (side: number): number => group.reduce((sum, node) => sum + (places[node * 2 + side] ?? 0), 0) / group.length;
  move(group, places, -middle(0), -middle(1));
}

function move(group: readonly number[], places: Float32Array, x: number, y: number): void {
  for (const node of group) shift(places, node, x, y);
}
