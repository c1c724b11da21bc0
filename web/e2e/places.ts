// Every page of the page: what is drawn, checked for barriers, and fed hostile content.

import type { Page } from "@playwright/test";
import type { NodeName, Role } from "./fixtures";

export interface Drawn {
  /** The picture's file name. */
  readonly name: string;
  readonly node: NodeName;
  readonly role: Role;
  readonly place: string;
  /** Goes on from there, to what has no address of its own. */
  readonly open?: (page: Page) => Promise<void>;
}

export const PLACES: readonly Drawn[] = [];
