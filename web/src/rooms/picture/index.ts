import { may } from "../../session.svelte";
import type { Room } from "../room";
import { words } from "./messages";

const room: Room = {
  id: "picture",
  order: 20,
  label: () => words().room,
  icon: "M2 4.2 6 2.5l4 1.7 4-1.7v9.3l-4 1.7-4-1.7-4 1.7V4.2Zm4-1.7v9.3m4-7.6v9.3",
  isOpen: () => may("read_findings") || may("read_aggregates"),
  key: "p",
  load: () => import("./Picture.svelte"),
};

export default room;
