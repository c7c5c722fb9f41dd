import { create } from "zustand";

export type Theme = "light" | "dark" | "system";
const KEY = "blok-theme";
const wantsDark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

/** The theme that the visitor chose; `system` follows the machine. */
export const useTheme = create<{ theme: Theme }>(() => ({
  theme: (localStorage.getItem(KEY) as Theme) ?? "system",
}));

/** Choose a theme; it is remembered in this browser. */
export function setTheme(theme: Theme) {
  localStorage.setItem(KEY, theme);
  useTheme.setState({ theme });
  apply();
}

/** Whether dark colours are shown now. */
export function isDark(theme: Theme): boolean {
  return theme === "dark" || (theme === "system" && wantsDark?.matches === true);
}

function apply() {
  document.documentElement.dataset.theme = isDark(useTheme.getState().theme) ? "dark" : "light";
}

wantsDark?.addEventListener("change", apply);
