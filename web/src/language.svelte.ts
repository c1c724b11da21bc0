// The page's languages. English comes first; every message exists in all of them, which the type checker enforces.

export const LANGUAGES = { en: "English", fr: "Français", de: "Deutsch" } as const;

export type Language = keyof typeof LANGUAGES;

const KEPT_AS = "oikos-language";

function first(): Language {
  const known = (code: string | null | undefined): code is Language => code !== null && code !== undefined && code in LANGUAGES;
  const kept = localStorage.getItem(KEPT_AS);
  if (known(kept)) return kept;
  return navigator.languages.map((code) => code.slice(0, 2)).find(known) ?? "en";
}

const state = $state({ language: first() });

/** The language in use. */
export function language(): Language {
  return state.language;
}

/** Changes the language, here and for the next visit. */
export function speak(chosen: Language): void {
  state.language = chosen;
  localStorage.setItem(KEPT_AS, chosen);
  document.documentElement.lang = chosen;
}

/** Messages of one room or part; what is returned gives those of the language in use. */
export function messages<Words>(all: { en: Words; fr: NoInfer<Words>; de: NoInfer<Words> }): () => Words {
  return () => all[state.language];
}

/** Chooses between singular and plural as the language does. */
export function plural(count: number, one: string, other: string): string {
  return new Intl.PluralRules(state.language).select(count) === "one" ? one : other;
}

/** A number as the language writes it. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(state.language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}
