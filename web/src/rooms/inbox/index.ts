import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "inbox",
  order: 10,
  label: () => words().room,
  icon: "M2 9.5 4 3h8l2 6.5V13H2V9.5Zm0 0h3.5l1 1.7h3l1-1.7H14",
  isOpen: () => may("read_findings"),
  key: "i",
  load: () => import("./Inbox.svelte"),
};

export default room;
