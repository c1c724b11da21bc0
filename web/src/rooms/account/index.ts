import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "account",
  order: 95,
  label: () => words().room,
  icon: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6M2.5 14a5.5 5.5 0 0 1 11 0",
  isOpen: () => true,
  // The rail has a link of its own: one's name.
  inRail: false,
  load: () => import("./Account.svelte"),
};

export default room;
