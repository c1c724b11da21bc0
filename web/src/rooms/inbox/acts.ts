// The acts of the inbox, and what each needs to be allowed.

export type Act = "confirm" | "dismiss" | "reopen" | "assign" | "unassign" | "snooze" | "wake" | "case";

export const ACTIONS: Record<Act, string> = {
  confirm: "decide_finding",
  dismiss: "decide_finding",
  reopen: "decide_finding",
  assign: "assign_finding",
  unassign: "assign_finding",
  snooze: "snooze_finding",
  wake: "snooze_finding",
  case: "open_case",
};

const HOUR_MS = 3_600_000;

/** When a finding may wake, from now: in some hours, tomorrow morning, next Monday morning (UTC). */
export function wakingTimes(now: Date): readonly { label: "hours" | "tomorrow" | "monday"; at: Date }[] {
  const morning = (days: number): Date => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + days, 7));
  const toMonday = (8 - now.getUTCDay()) % 7 || 7;
  return [
    { label: "hours", at: new Date(now.getTime() + 4 * HOUR_MS) },
    { label: "tomorrow", at: morning(1) },
    { label: "monday", at: morning(toMonday) },
  ];
}
