import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "case",
  order: 40,
  label: () => words().room,
  icon: "M2 5h12v8.5H2V5Zm4 0V3h4v2M2 9h12",
  isOpen: () => may("read_cases"),
  key: "c",
  load: () => import("./Cases.svelte"),
};

export default room;
