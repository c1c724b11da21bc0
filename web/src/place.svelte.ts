// Where the reader is: the part of the address after `#`, as `#/room/more/parts?name=value`.

export interface Place {
  readonly room: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function read(): Place {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [room = "", ...parts] = path.split("/").map(decode);
  return { room, parts, query: new URLSearchParams(query) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

let here = $state.raw(read());

addEventListener("hashchange", () => (here = read()));

/** Where the reader is. */
export function place(): Place {
  return here;
}

/** The address of a place, for links: `address("case", id)`, with a query as the last argument where there is one. */
export function address(room: string, ...rest: (string | Record<string, string | undefined>)[]): string {
  const parts = rest.filter((part) => typeof part === "string").map(encodeURIComponent);
  const named = rest.find((part) => typeof part === "object") ?? {};
  const given = Object.entries(named).filter((pair): pair is [string, string] => pair[1] !== undefined);
  const query = new URLSearchParams(given).toString();
  return `#/${[encodeURIComponent(room), ...parts].join("/")}${query === "" ? "" : `?${query}`}`;
}

/** Goes to an address made by `address`. `instead`: without a step in the browser's history. */
export function go(to: string, instead = false): void {
  if (!instead) {
    location.hash = to;
    return;
  }
  history.replaceState(null, "", to);
  here = read();
}
