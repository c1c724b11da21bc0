import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** Where `npm run dev` sends API calls: a node that serves. */
const node = process.env["OIKOS_NODE"] ?? "http://127.0.0.1:4100";

export default defineConfig({
  plugins: [svelte()],
  server: { proxy: { "/api": { target: node } } },
  worker: { format: "es" },
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the node's content security policy allows its own files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
