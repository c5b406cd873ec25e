// The frame of the page: the bar with the box and the tabs, the view, and what went wrong.
import { Box } from "./components/box";
import { fresh, location } from "./state/location";
import { theme } from "./state/theme";
import { VIEWS, viewOf } from "./views";
import { Start } from "./views/start/start";

export function App() {
  const name = viewOf(location.value);
  const View = VIEWS.find((each) => each.name === name)?.component ?? Start;
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the answer
      </button>
      <header class="bar">
        <h1>
          <a href={fresh({})}>Inroads</a>
        </h1>
        <Box />
        <nav aria-label="Views">
          {VIEWS.filter((each) => each.tab).map((each) => (
            <a
              key={each.name}
              href={fresh({ view: each.name })}
              aria-current={each.name === name ? "page" : undefined}
            >
              {each.tab}
            </a>
          ))}
        </nav>
        <ThemeChoice />
      </header>
      <div class="view" id="view" tabIndex={-1}>
        <View key={name} />
      </div>
    </>
  );
}

/** A link would change the place, which the fragment is; the focus moves instead. */
function skip(): void {
  document.getElementById("view")?.focus();
}

function ThemeChoice() {
  const next = { auto: "light", light: "dark", dark: "auto" } as const;
  return (
    <button
      type="button"
      class="quiet theme"
      aria-label={`Theme: ${theme.value}. Change it to ${next[theme.value]}`}
      onClick={() => {
        theme.value = next[theme.value];
      }}
    >
      {theme.value}
    </button>
  );
}
