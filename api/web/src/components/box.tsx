// The box in which one types who or what is asked about, with what the text may mean.
import { useSignal } from "@preact/signals";
import suggest from "documents/suggest.graphql";
import { useEffect, useRef } from "preact/hooks";
import type { SuggestQuery } from "../generated/operations";
import { ask } from "../state/client";
import { fresh, location } from "../state/location";
import { kindOf, nativeId, plain } from "../words";

type Hit = NonNullable<NonNullable<SuggestQuery["graph"]>["search"]>["edges"][number]["node"];

/** Milliseconds of rest after which what was typed is asked. */
const REST = 90;

export function Box() {
  const text = useSignal("");
  const hits = useSignal<Hit[]>([]);
  const at = useSignal(0);
  const open = useSignal(false);
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const typed = text.value.trim();
    if (!typed) {
      hits.value = [];
      return;
    }
    const abort = new AbortController();
    const rest = setTimeout(() => {
      ask(suggest, { text: typed, at: location.peek().at ?? null }, abort.signal).then(
        ({ graph }) => {
          hits.value = graph?.search?.edges.map(({ node }) => node) ?? [];
          at.value = 0;
        },
        () => {},
      );
    }, REST);
    return () => {
      clearTimeout(rest);
      abort.abort();
    };
  }, [text.value]);

  useEffect(() => {
    const slash = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener("keydown", slash);
    return () => removeEventListener("keydown", slash);
  }, []);

  const take = (hit: Hit) => {
    text.value = "";
    open.value = false;
    globalThis.location.hash = fresh({ who: plain(hit.id) });
  };
  const key = (event: KeyboardEvent) => {
    const last = hits.value.length - 1;
    const hit = hits.value[at.value];
    if (event.key === "ArrowDown") at.value = Math.min(at.value + 1, last);
    else if (event.key === "ArrowUp") at.value = Math.max(at.value - 1, 0);
    else if (event.key === "Enter" && hit) take(hit);
    else if (event.key === "Escape") open.value = false;
    else return;
    event.preventDefault();
  };
  const shown = open.value && hits.value.length > 0;
  return (
    <search class="box">
      <input
        ref={input}
        role="combobox"
        aria-label="Who or what: an email, a name or an id"
        aria-expanded={shown}
        aria-controls="hits"
        aria-autocomplete="list"
        aria-activedescendant={shown ? `hit-${at.value}` : undefined}
        placeholder="an email, a name or an id"
        autocomplete="off"
        spellcheck={false}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
          open.value = true;
        }}
        onKeyDown={key}
        onBlur={() => {
          open.value = false;
        }}
      />
      {shown && (
        <div id="hits" role="listbox" aria-label="Matches">
          {hits.value.map((hit, index) => (
            <div
              key={hit.id}
              id={`hit-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at.value}
              onMouseDown={(event) => {
                event.preventDefault();
                take(hit);
              }}
            >
              <b>{hit.label}</b>
              <span>
                {kindOf(hit.id)} {nativeId(hit.id)}
              </span>
            </div>
          ))}
        </div>
      )}
    </search>
  );
}
