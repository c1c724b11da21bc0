// Queries name only what was asked for.

/** The members that say something: neither empty nor absent. */
export function given<Values extends Record<string, string | number | null | undefined>>(values: Values): { [Name in keyof Values]?: NonNullable<Values[Name]> } {
  const said = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return Object.fromEntries(said) as { [Name in keyof Values]?: NonNullable<Values[Name]> };
}
