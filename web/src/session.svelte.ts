// Who is signed in at which node, and what they may do.

import { api, ApiFailure } from "./api";
import type { NodeView, Session } from "./api-types";

let node = $state.raw<NodeView | null>(null);
let session = $state.raw<Session | null>(null);
/** How far the node's clock is ahead of this device's. */
let ahead_ms = 0;

/** The node this page belongs to; `null` before it answered. */
export function nodeView(): NodeView | null {
  return node;
}

/** What the node's clock says now, in milliseconds since 1970. Clocks of the law run by it: a reader's device may be wrong. */
export function nodeNow(): number {
  return Date.now() + ahead_ms;
}

/** Who is signed in; `null`: nobody. */
export function signedIn(): Session | null {
  return session;
}

/** Whether the signed-in person may do this at all. Policy decides each act by itself; this shapes the page. */
export function may(action: string): boolean {
  return session?.actions.includes(action) ?? false;
}

/** Whether the signed-in person has this role. */
export function hasRole(role: string): boolean {
  return session?.user.roles.includes(role) ?? false;
}

/** Asks the node what it is and who is signed in. */
export async function load(): Promise<void> {
  node = await api("get", "/api/v1/node");
  ahead_ms = Date.parse(node.now) - Date.now();
  try {
    session = await api("get", "/api/v1/session");
  } catch (problem) {
    if (!(problem instanceof ApiFailure && problem.status === 401)) throw problem;
    session = null;
  }
}

/** Takes up a session that began. */
export function begin(begun: Session): void {
  session = begun;
}

/** The session ended at the node. */
export function forgetSession(): void {
  session = null;
}

/** Signs out, here and at the node. */
export async function signOut(): Promise<void> {
  await api("delete", "/api/v1/session");
  session = null;
}
