// The theme: the system's, unless someone chose another one. Its choice is all that is ever stored.
import { effect, signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";

const KEY = "inroads-theme";

export const theme = signal<Theme>(stored());

function stored(): Theme {
  try {
    const found = localStorage.getItem(KEY);
    return found === "light" || found === "dark" ? found : "auto";
  } catch {
    return "auto"; // storage is refused: the system's theme
  }
}

/** Keeps the page and the storage at the chosen theme. */
export function followTheme(): void {
  effect(() => {
    const chosen = theme.value;
    if (chosen === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
    try {
      if (chosen === "auto") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, chosen);
    } catch {
      // storage is refused: the choice holds for this page alone
    }
  });
}
