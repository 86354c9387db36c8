import { readFileSync } from "node:fs";
import { join } from "node:path";

const css = readFileSync(join(__dirname, "../../cli/console/page/css/tokens.css"), "utf8");
const colors = new Map(
  [...css.matchAll(/--([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name,
    [light, dark] as [string, string],
  ]),
);

/** Relative luminance, by WCAG 2. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe("colours of the page", () => {
  it.each([
    ["text", ["ground", "panel", "sunken", "good-soft", "warn-soft", "bad-soft"]],
    ["text-2", ["ground", "panel", "sunken", "warn-soft", "bad-soft"]],
    ["accent", ["ground", "panel", "sunken", "warn-soft", "bad-soft"]],
    ["good", ["panel", "sunken", "good-soft"]],
    ["warn", ["panel", "sunken", "warn-soft"]],
    ["bad", ["panel", "sunken", "bad-soft"]],
    ["panel", ["accent"]],
  ])("%s can be read on %j, light and dark", (name, grounds) => {
    for (const ground of grounds) {
      for (const theme of [0, 1] as const) {
        const ratio = contrast(colors.get(name)?.[theme] ?? "", colors.get(ground)?.[theme] ?? "");
        expect({ name, ground, theme, isReadable: ratio >= 4.5 }).toMatchObject({ isReadable: true });
      }
    }
  });
});
