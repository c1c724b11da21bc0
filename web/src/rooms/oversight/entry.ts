// An entry of the journal as the page reads it. The node keeps it as JSON; what is missing was erased.

export interface Entry {
  readonly act?: {
    readonly actor?: { readonly kind?: string; readonly id?: string };
    readonly action?: string;
    readonly purpose?: string;
    readonly legal_basis?: string;
    readonly case?: string | null;
  };
  readonly outcome?: { readonly decision?: string; readonly reason?: string };
  readonly subjects?: readonly string[];
  readonly recipient?: string | null;
  readonly detail?: unknown;
}

/** Who acted, as searches name them. */
export function actor(entry: Entry | null): string {
  const { kind = "", id = "" } = entry?.act?.actor ?? {};
  return kind === "person" ? id : `${kind}:${id}`;
}
