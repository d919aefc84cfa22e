export type Theme = "system" | "light" | "dark";

const storageKey = "theme";

/** What was chosen on this device; "system" where nothing was, or where the browser keeps nothing. */
export function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    // Storage is closed to us (a privacy setting): the system's own choice is a good one.
    return "system";
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(storageKey, theme);
  } catch {
    // Then it holds until the page is closed.
  }
}
