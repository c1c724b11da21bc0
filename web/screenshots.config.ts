import { defineConfig } from "@playwright/test";
import tests from "./playwright.config";

/** Draws every page, light and dark, wide and narrow, into `screenshots/`: `cargo xtask screenshots`. */
export default defineConfig({ ...tests, testMatch: "screenshots.ts", timeout: 120_000 });
