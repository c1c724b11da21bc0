// What a finding says, as the node writes it in its JSON form, and how people read it.

import type { FindingSummary } from "../../api-types";

export interface Marking {
  readonly regimes: readonly string[];
  readonly tlp: string;
  readonly permitted: readonly string[];
  readonly handling: readonly string[];
  readonly purposes: readonly string[];
  readonly expires: string | null;
}

export interface Reason {
  readonly name: string;
  readonly bits: number;
  readonly text: string;
}

export type Fact = { readonly name: string; readonly marking: Marking } & (
  | { readonly type: "text" | "time"; readonly value: string }
  | { readonly type: "number"; readonly value: { readonly number: number; readonly unit: string } }
  | { readonly type: "selector"; readonly value: { readonly kind: string; readonly value: string } }
);

export interface Finding {
  readonly prior_bits: number;
  readonly reasons: readonly Reason[];
  readonly facts: readonly Fact[];
  readonly marking: Marking;
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
}

export interface Decision {
  readonly kind: string;
  readonly reason: string;
  readonly actor: { readonly kind: string; readonly id: string };
  readonly at: string;
}

export interface Head {
  readonly id: string;
  readonly finds: string;
  readonly why: string;
  readonly legal_basis: string;
  readonly tables: readonly string[];
  readonly false_positives: readonly string[];
  readonly references: readonly string[];
  readonly parameters: Readonly<Record<string, { readonly default?: unknown; readonly unit?: string; readonly about?: string; readonly meaning?: string }>>;
}

/** A finding by origin and key, as the node's acts name it. */
export interface Name {
  readonly origin: string;
  readonly key: string;
}

/** One text per finding. */
export function idOf(name: Name): string {
  return `${name.origin}/${name.key}`;
}

export function nameOf(line: FindingSummary): Name {
  return { origin: line.origin, key: line.key };
}

/** A fact's value in words. */
export function factText(fact: Fact): string {
  switch (fact.type) {
    case "number":
      return `${String(fact.value.number)} ${fact.value.unit}`.trim();
    case "selector":
      return `${fact.value.kind}: ${fact.value.value}`;
    default:
      return fact.value;
  }
}

/** The traffic light of a marking, as FIRST writes it. */
export function tlpOf(marking: Marking): string {
  return `TLP:${marking.tlp.replace("_", "+")}`;
}

/** A feature's name for people. */
export function plain(name: string): string {
  return name.replaceAll(/[_-]/g, " ");
}

/** `+4.2`, with a real minus. */
export function signed(bits: number, write: (value: number, digits: number) => string): string {
  return `${bits < 0 ? "−" : "+"}${write(Math.abs(bits), 1)}`;
}
