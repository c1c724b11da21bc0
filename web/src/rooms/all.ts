import type { Room } from "./room";

const found = import.meta.glob<{ default: Room }>("./*/index.ts", { eager: true });

/** Every room, in the order of the rail. */
export const ROOMS: readonly Room[] = Object.values(found)
  .map((module) => module.default)
  .sort((one, other) => one.order - other.order);
