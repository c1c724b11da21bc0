// Pictures of every page, light and dark, wide and narrow, for people to look at.

import { settled, signIn, test } from "./fixtures";
import { PLACES } from "./places";

const SIZES = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } } as const;

for (const { name, node, role, place, open } of PLACES) {
  for (const theme of ["light", "dark"] as const) {
    test(`${name} ${theme}`, async ({ page }) => {
      await page.addInitScript((chosen) => localStorage.setItem("oikos-theme", chosen), theme);
      await signIn(page, node, role, place);
      await (open ? open(page) : settled(page));
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        await page.waitForTimeout(300);
        await page.screenshot({ path: `screenshots/${name}-${theme}-${size}.png` });
      }
    });
  }
}
