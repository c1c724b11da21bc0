// Short messages about what just happened, with an undo where there is one.

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
  readonly undo: (() => void | Promise<void>) | undefined;
}

const SHOWN_MS = 8_000;
const AT_MOST = 4;

let toasts = $state.raw<readonly Toast[]>([]);
let last = 0;

/** What is shown now. */
export function shownToasts(): readonly Toast[] {
  return toasts;
}

/** Says that something was done. It goes by itself; one with an undo stays until the next. */
export function tell(text: string, undo?: () => void | Promise<void>): void {
  push({ text, failed: false, undo });
}

/** Says that something failed. It stays until it is dismissed. */
export function complain(problem: unknown): void {
  if (problem instanceof DOMException && problem.name === "AbortError") return;
  push({ text: problem instanceof Error ? problem.message : String(problem), failed: true, undo: undefined });
}

/** Takes one away. */
export function dismiss(id: number): void {
  toasts = toasts.filter((toast) => toast.id !== id);
}

function push(toast: Omit<Toast, "id">): void {
  last += 1;
  const id = last;
  toasts = [...toasts, { ...toast, id }].slice(-AT_MOST);
  if (!toast.failed && !toast.undo) setTimeout(() => dismiss(id), SHOWN_MS);
}
