import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "oversight",
  order: 80,
  label: () => words().room,
  icon: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  // By which rules the house works is for everyone to read.
  isOpen: () => true,
  key: "o",
  load: () => import("./Oversight.svelte"),
};

export default room;
