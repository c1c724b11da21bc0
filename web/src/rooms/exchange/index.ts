import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "exchange",
  order: 50,
  label: () => words().room,
  icon: "M2 5h10l-3-3M14 11H4l3 3",
  isOpen: () => may("read_partners"),
  key: "x",
  load: () => import("./Exchange.svelte"),
};

export default room;
