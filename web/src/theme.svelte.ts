// Light, dark, or as the system says.

export const THEMES = ["system", "light", "dark"] as const;

export type Theme = (typeof THEMES)[number];

const KEPT_AS = "oikos-theme";

function first(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

let chosen = $state<Theme>(first());
apply();

/** The theme in use. */
export function theme(): Theme {
  return chosen;
}

/** Changes the theme, here and for the next visit. */
export function wear(theme: Theme): void {
  chosen = theme;
  localStorage.setItem(KEPT_AS, theme);
  apply();
}

function apply(): void {
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}
