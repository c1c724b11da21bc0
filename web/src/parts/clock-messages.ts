import { messages } from "../language.svelte";

/** Words of clocks that run. */
export const words = messages({
  en: { left: (span: string) => `${span} left`, late: (span: string) => `${span} late` },
  fr: { left: (span: string) => `encore ${span}`, late: (span: string) => `en retard de ${span}` },
  de: { left: (span: string) => `noch ${span}`, late: (span: string) => `${span} überfällig` },
});
