/** The colours of the style sheet, for what is drawn on a canvas. */

interface Colors {
  readonly line: string;
  readonly fill: string;
  readonly bar: string;
  readonly bad: string;
  readonly limit: string;
  readonly text: string;
  readonly grid: string;
}

const listeners: (() => void)[] = [];
let known: Colors | undefined;

export function colors(): Colors {
  known ??= {
    line: resolved("--accent"),
    fill: resolved("--accent-soft"),
    bar: resolved("--accent-bar"),
    bad: resolved("--bad"),
    limit: resolved("--warn"),
    text: resolved("--text-2"),
    grid: resolved("--line"),
  };
  return known;
}

/** Tells when colours have changed, by the system or by the reader. */
export function onColors(listener: () => void): void {
  listeners.push(listener);
}

export function colorsChanged(): void {
  known = undefined;
  for (const listener of listeners) listener();
}

/** A canvas does not know custom properties. */
function resolved(property: string): string {
  const probe = document.createElement("span");
  probe.style.setProperty("color", `var(${property})`);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
