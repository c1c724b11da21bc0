// Lays the graph out beside the page, so that the page answers meanwhile.

import { type Edges, layOut } from "./layout";

interface Asked {
  readonly count: number;
  readonly edges: Edges;
}

addEventListener("message", ({ data }: MessageEvent<Asked>) => {
  const places = layOut(data.count, data.edges);
  postMessage(places, { transfer: [places.buffer] });
});
