// What is shown of a queue, and in which order: all of it stands in the link.
import { useEffect, useRef } from "preact/hooks";
import { CERTAINTIES, oneOf, ROLES, STATES } from "../../../choices";
import { nameOf } from "../../../components/shell/subject";
import { type Change, go, link, location } from "../../../state/location";
import { low } from "../../../words";
import type { Desk } from "./desk";
import { ONLY, ORDERS, onlyOf } from "./filter";
import { RISK } from "./help";

const ORDER_WORDS = { risk: "by risk", business: "by business", person: "by person" };

export function Filters({ desk }: { desk: Desk }) {
  const place = location.value;
  const by = oneOf(ORDERS, place.by) ?? "risk";
  return (
    <search class="filters" aria-label="Filter of the queue">
      <nav class="chips" aria-label="Order">
        {ORDERS.map((each) => (
          <a
            key={each}
            class="chip"
            href={link({ by: each === "risk" ? null : each })}
            aria-current={each === by ? "true" : undefined}
            title={each === "risk" ? RISK : undefined}
          >
            {ORDER_WORDS[each]}
          </a>
        ))}
      </nav>
      <Choice label="show" of={ONLY} chosen={onlyOf(place, desk.closed.value)} change="only" />
      <Choice label="role" of={ROLES} chosen={place.role} change="role" any />
      <Choice label="certainty" of={CERTAINTIES} chosen={place.sure} change="sure" any />
      <Choice label="state" of={STATES} chosen={place.state} change="state" any />
      <Text text={place.text ?? ""} />
      {place.who && (
        <a class="chip only" href={link({ who: null })}>
          only {nameOf(place.who)} <span aria-hidden="true">×</span>
          <span class="said">: show all again</span>
        </a>
      )}
    </search>
  );
}

interface ChoiceProps {
  label: string;
  of: readonly string[];
  chosen: string | undefined;
  change: keyof Change;
  /** True if none may be chosen. */
  any?: boolean;
}

function Choice({ label, of, chosen, change, any }: ChoiceProps) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        value={chosen ?? ""}
        onChange={(event) => go({ [change]: event.currentTarget.value || null })}
      >
        {any && <option value="">any</option>}
        {of.map((each) => (
          <option key={each} value={each}>
            {low(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Milliseconds of rest after which a typed text filters. */
const REST = 250;

function Text({ text }: { text: string }) {
  const input = useRef<HTMLInputElement>(null);
  const rest = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(rest.current), []);
  useEffect(() => {
    if (input.current && document.activeElement !== input.current) input.current.value = text;
  }, [text]);
  return (
    <input
      ref={input}
      class="text"
      type="search"
      id="review-text"
      aria-label="A part of a name, an email or an id"
      placeholder="name, email or id"
      defaultValue={text}
      onInput={(event) => {
        const typed = event.currentTarget.value.trim();
        clearTimeout(rest.current);
        rest.current = setTimeout(() => go({ text: typed || null }, { replace: true }), REST);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" || event.key === "Escape")
          document.querySelector<HTMLElement>(".items .rows")?.focus();
      }}
    />
  );
}
