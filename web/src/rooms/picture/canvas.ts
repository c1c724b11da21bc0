// What the drawn parts share: colours of the page, and drawing once per frame.

export interface Ink {
  readonly paper: string;
  readonly card: string;
  readonly sunk: string;
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly edge: string;
  readonly accent: string;
  readonly tint: string;
  readonly warn: string;
}

/** The page's colours as they are now, light or dark. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    paper: read("paper"), card: read("card"), sunk: read("sunk"), ink: read("ink"), faint: read("faint"),
    line: read("line"), edge: read("edge"), accent: read("accent"), tint: read("tint"), warn: read("warn"),
  };
}

/** Calls `draw` once in the next frame, however often it is asked. */
export function oncePerFrame(draw: () => void): { ask: () => void; stop: () => void } {
  let asked = 0;
  return {
    ask: () => {
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        draw();
      });
    },
    stop: () => cancelAnimationFrame(asked),
  };
}

/** Fits a canvas to its box on this screen. Answers its size in CSS pixels, with a context in which these are the unit. */
export function fit(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; width: number; height: number } | null {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return null;
  const scale = Math.min(2, devicePixelRatio || 1);
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

/** Runs `changed` when light or dark changes. */
export function onThemeChange(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  system.addEventListener("change", changed);
  return () => {
    chosen.disconnect();
    system.removeEventListener("change", changed);
  };
}
