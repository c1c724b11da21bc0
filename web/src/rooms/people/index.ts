import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "people",
  order: 90,
  label: () => words().room,
  icon: "M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M1.5 13.5a4.5 4.5 0 0 1 9 0M10.5 3.2a2.5 2.5 0 0 1 0 4.6M12 9.4a4.5 4.5 0 0 1 2.5 4.1",
  isOpen: () => may("manage_users"),
  load: () => import("./People.svelte"),
};

export default room;
