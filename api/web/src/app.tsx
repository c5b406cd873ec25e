// The frame of the page: the bar, the lines under it, the view, and what a screen reader is told.
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announced, enter } from "./components/shell/announcing";
import { Bands } from "./components/shell/bands";
import { Bar } from "./components/shell/bar";
import { Meant } from "./components/shell/meant";
import { namedIn } from "./components/shell/named";
import { SignIn } from "./components/shell/sign_in";
import { nameOf } from "./components/shell/subject";
import { titleOf } from "./components/shell/title";
import { location } from "./state/location";
import { asking } from "./state/question";
import { session } from "./state/token";
import { VIEWS, viewOf } from "./views";
import { Start } from "./views/start/start";

export function App() {
  const name = viewOf(location.value);
  const View = VIEWS.find((each) => each.name === name)?.component ?? Start;
  const title = titleOf(name, location.value, nameOf);
  const named = namedIn(location.value);
  const busy = useComputed(() => asking.value > 0);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEntering(`${name} ${location.value.who ?? ""}`);
  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to the answer
      </button>
      <Bar view={name} />
      <Bands />
      <div class="view" id="view" tabIndex={-1} aria-busy={busy.value}>
        {/* Another person begins with nothing of what the last one saw. */}
        {named ? (
          <Meant key={`${named.word} ${session.value}`} named={named} />
        ) : (
          <View key={`${name} ${session.value}`} />
        )}
      </div>
      <p class="unseen" role="status">
        {announced.value}
      </p>
      <SignIn />
    </>
  );
}

/** Moves the focus into another place once it is drawn, but not into the first one. */
function useEntering(place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current === place) return;
    last.current = place;
    enter();
  }, [place]);
}

/** A link would change the place, which the fragment is; the focus moves instead. */
function skip(): void {
  document.getElementById("view")?.focus();
}
