import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

export default {
  id: "import",
  order: 80,
  label: () => words().room,
  icon: "M8 2v8M5 7l3 3 3-3M2 11v3h12v-3",
  isOpen: () => may("import") || may("read_imports"),
  key: "m",
  load: () => import("./Import.svelte"),
} satisfies Room;
