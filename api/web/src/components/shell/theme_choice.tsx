// The button that goes from the system's theme to the light one, the dark one, and back.
import { theme } from "../../state/theme";
import { Glyph } from "../glyph";

const NEXT = { auto: "light", light: "dark", dark: "auto" } as const;

const WORDS = { auto: "as the system has it", light: "light", dark: "dark" } as const;

export function ThemeChoice() {
  const next = NEXT[theme.value];
  return (
    <button
      type="button"
      class="quiet theme"
      title={`Theme: ${WORDS[theme.value]}. Change it to ${WORDS[next]}`}
      onClick={() => {
        theme.value = next;
      }}
    >
      <Glyph of={theme.value} />
    </button>
  );
}
