import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { chooseTheme, readTheme, type Theme } from "../app/theme";
import { IconButton } from "../ui/button";

const next: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };
const icons = { system: Monitor, light: Sun, dark: Moon };
const names = { system: "as the system", light: "light", dark: "dark" };

export function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme);
  const Icon = icons[theme];

  function turn(): void {
    chooseTheme(next[theme]);
    setTheme(next[theme]);
  }

  return (
    <IconButton label={`Colours: ${names[theme]}; change to ${names[next[theme]]}`} onClick={turn}>
      <Icon className="size-4" />
    </IconButton>
  );
}
