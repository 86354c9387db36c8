/** Light, dark, or as the system has it; remembered on this machine. */
export type Theme = "system" | "light" | "dark";

const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function parseTheme(text: string | null): Theme {
  return THEMES.find((theme) => theme === text) ?? "system";
}

export function themeAfter(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
}
