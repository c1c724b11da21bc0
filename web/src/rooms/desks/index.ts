import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

export default {
  id: "desks",
  order: 70,
  label: () => words().room,
  icon: "M2 6h12M3 6v8M13 6v8M5 6V3h6v3M6 10h4",
  isOpen: () => may("read_desks"),
  key: "d",
  load: () => import("./Desks.svelte"),
} satisfies Room;
