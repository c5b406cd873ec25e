// The box in which one types who or what is asked about, and the question around it.
import "./box.css";
import { useComputed, useSignal } from "@preact/signals";
import suggest from "documents/suggest.graphql";
import { useEffect, useId, useLayoutEffect, useRef } from "preact/hooks";
import { ask } from "../../state/client";
import { fresh, location } from "../../state/location";
import { search } from "../../state/searched";
import { useAnswer } from "../../state/use_answer";
import { kindOf, plain } from "../../words";
import { nameOf } from "../shell/subject";
import { HitList } from "./hit_list";
import { exact, type Hit } from "./hits";

/** Milliseconds of rest after which what was typed is asked. */
const REST = 90;

/** The words around the box, by the kind of node in it. */
const ASKED: Record<string, readonly [string, string]> = {
  identity: ["Which businesses can", "reach, and how?"],
  business: ["Who can reach", "and how?"],
  account: ["Who can reach", "and how?"],
  group: ["Whom does", "hold?"],
};

export function Box() {
  const { who, at } = location.value;
  const [before, after] = ASKED[who ? kindOf(who) : "identity"] ?? ["About", ""];
  return (
    <search class="box">
      <span class="ask">{before}</span>
      <Field key={who ?? ""} who={who} moment={at ?? null} />
      <span class="ask">{after}</span>
    </search>
  );
}

/** A combobox, by the pattern of ARIA. Each node that is asked about begins a new one. */
function Field({ who, moment }: { who: string | undefined; moment: string | null }) {
  const typed = useSignal<string | null>(null);
  const asked = useSignal("");
  const chosen = useSignal(0);
  const open = useSignal(false);
  /** The node that was marked as Enter was pressed, before the answer to the text was there. */
  const entered = useSignal<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const list = useId();
  const text = useComputed(() => (typed.value ?? "").trim());

  const key = asked.value ? JSON.stringify([asked.value, moment]) : null;
  const found = useAnswer(key, (abort) =>
    ask(suggest, { text: asked.value, at: moment }, abort).then(({ graph }) => ({
      text: asked.value,
      edges: graph?.search?.edges ?? [],
    })),
  );
  const { answer: newest, problem, busy } = found.state.value;
  // An answer about an earlier text stays in sight, but nothing of it is taken for what is typed now.
  const last = useRef(newest);
  if (newest || !busy) last.current = newest;
  const answer = last.current;
  const current = answer?.text === text.value ? answer : null;

  useEffect(() => {
    const rest = setTimeout(() => {
      asked.value = text.value;
    }, REST);
    return () => clearTimeout(rest);
  }, [text.value]);
  useEffect(() => {
    if (entered.value === null || !current) return;
    const meant =
      exact(current.edges) ?? current.edges.find(({ node }) => node.id === entered.value)?.node;
    entered.value = null;
    if (meant) take(meant);
  }, [current]);
  useLayoutEffect(() => focusBySlash(() => input.current), []); // at once: who is quick types it first

  const take = (hit: Hit) => {
    typed.value = null;
    open.value = false;
    const place = fresh({ who: plain(hit.id) });
    if (place !== globalThis.location.hash) search(plain(hit.id));
    globalThis.location.hash = place;
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => {
      const marked = answer?.edges[chosen.value]?.node;
      if (current && marked) return take(marked);
      entered.value = (open.value && marked?.id) || "";
      open.value = true;
    },
    Escape: () => {
      if (open.value) open.value = false;
      else typed.value = null;
    },
  };
  const move = (by: number) => {
    const count = answer?.edges.length ?? 0;
    if (!open.value) open.value = true;
    else if (count) chosen.value = (chosen.value + by + count) % count;
  };
  const shown = open.value && text.value !== "" && (answer !== null || problem !== null);
  const options = shown && answer !== null && answer.edges.length > 0;
  return (
    <div class="field">
      <input
        ref={input}
        role="combobox"
        aria-label="Who or what: an email, a name or an id"
        aria-expanded={options}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={options ? `${list}-${chosen.value}` : undefined}
        aria-keyshortcuts="/"
        placeholder="an email, a name or an id"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={400}
        value={typed.value ?? (who ? nameOf(who) : "")}
        onFocus={(event) => event.currentTarget.select()}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
          open.value = true;
          entered.value = null;
          chosen.value = 0;
        }}
        onKeyDown={(event) => {
          const act = event.isComposing ? undefined : keys[event.key];
          if (!act) return;
          event.preventDefault();
          act();
        }}
        onBlur={() => {
          open.value = false;
        }}
      />
      {shown && (
        <HitList
          id={list}
          typed={text.value}
          edges={answer?.edges ?? []}
          chosen={chosen.value}
          take={take}
          problem={answer ? null : problem}
        />
      )}
    </div>
  );
}

const LETTERS = "input, textarea, select, [contenteditable]:not([contenteditable=false])";

/** Lets "/" lead to the box from anywhere but a field that takes letters. */
function focusBySlash(field: () => HTMLInputElement | null): () => void {
  const slash = (event: KeyboardEvent) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath(); // an editor may stand in a shadow tree
    if (target instanceof HTMLElement && target.closest(LETTERS)) return;
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field()?.focus();
  };
  addEventListener("keydown", slash);
  return () => removeEventListener("keydown", slash);
}
