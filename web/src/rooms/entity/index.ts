import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "entity",
  order: 30,
  label: () => words().room,
  icon: "M5 3.5h6v4H5v-4ZM2 12.5h4m4 0h4M8 7.5v2.5m-4 0h8M4 10v1m8-1v1",
  isOpen: () => may("read_statements"),
  key: "e",
  load: () => import("./Room.svelte"),
};

export default room;
