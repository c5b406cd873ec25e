// The buttons that decide, about the item that is shown or all that is selected, and the reason.
import { useLayoutEffect, useRef } from "preact/hooks";
import { count, low } from "../../../words";
import { You } from "../campaign/you";
import type { Desk } from "./desk";
import type { Verdict } from "./keys";

const VERDICTS = ["KEEP", "REVOKE", "UNSURE"] as const satisfies readonly Verdict[];
const LETTERS: Readonly<Record<Verdict, string>> = { KEEP: "k", REVOKE: "r", UNSURE: "u" };

/** Decides, or asks first: for a reason, which all but a single keep need, and for who decides. */
export function begin(desk: Desk, verdict: Verdict, many: boolean): void {
  if (!desk.mayDecide.peek()) return;
  if (many ? !desk.marks.peek().size : desk.current.peek() === null) {
    desk.deciding.said.value = many ? "Nothing is selected: m selects." : "No item is shown.";
    return;
  }
  if (desk.asking.peek()) document.querySelector<HTMLElement>(".reason input")?.focus();
  else if (verdict === "KEEP" && !many && desk.me.peek()) desk.decide("KEEP", "", false);
  else desk.asking.value = { verdict, many };
}

export function Decide({ desk, many }: { desk: Desk; many: boolean }) {
  const asking = desk.asking.value;
  const about = many ? `${count(desk.marks.value.size)} selected` : "this item";
  if (asking && asking.many === many) return <Reason desk={desk} about={about} />;
  return (
    <fieldset class="decide">
      <legend class="said">Decide about {about}</legend>
      {VERDICTS.map((verdict) => (
        <button
          key={verdict}
          type="button"
          class={verdict.toLowerCase()}
          aria-label={low(verdict)}
          aria-keyshortcuts={many ? `Shift+${LETTERS[verdict]}` : LETTERS[verdict]}
          onClick={() => begin(desk, verdict, many)}
        >
          {low(verdict)}
          <kbd>{many ? LETTERS[verdict].toUpperCase() : LETTERS[verdict]}</kbd>
        </button>
      ))}
    </fieldset>
  );
}

function Reason({ desk, about }: { desk: Desk; about: string }) {
  const unnamed = useRef(!desk.me.peek()).current;
  const form = useRef<HTMLFormElement>(null);
  // Before the next key is read, which belongs to the reason.
  useLayoutEffect(() => {
    form.current?.querySelector("input")?.select();
  }, []);
  const asking = desk.asking.value;
  if (!asking) return null;
  const { verdict, many } = asking;
  const needed = verdict !== "KEEP";
  const cancel = () => {
    desk.asking.value = null;
    document.querySelector<HTMLElement>(".items .rows")?.focus();
  };
  return (
    <form
      ref={form}
      class="reason"
      onSubmit={(event) => {
        event.preventDefault();
        const why = desk.draft.value.trim();
        if ((needed && !why) || !desk.me.value) return;
        desk.decide(verdict, why, many);
        document.querySelector<HTMLElement>(".items .rows")?.focus();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancel();
      }}
    >
      {unnamed && <You desk={desk} words="Who decides?" />}
      <label>
        <span>
          {low(verdict)} {about}: why?{!needed && " (may be empty)"}
        </span>
        <input
          maxLength={10_000}
          required={needed}
          value={desk.draft.value}
          onInput={(event) => {
            desk.draft.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit" class={verdict.toLowerCase()}>
        {low(verdict)}
      </button>
      <button type="button" onClick={cancel}>
        Cancel
      </button>
    </form>
  );
}
