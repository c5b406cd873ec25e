// The choice of the moment of which every view asks the graph: now, or one that is past.
import "./moment.css";
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { go, location } from "../../state/location";
import { day } from "../../words";

export function Moment() {
  const open = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const around = useRef<HTMLDivElement>(null);
  const form = useId();
  const { at } = location.value;
  const close = () => {
    open.value = false;
    button.current?.focus();
  };
  useEffect(() => {
    const away = (event: Event) => {
      if (!around.current?.contains(event.target as Node)) open.value = false;
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key === "Escape" && open.value) close();
    };
    const ends = new AbortController();
    addEventListener("pointerdown", away, ends);
    around.current?.addEventListener("keydown", leave, ends);
    return () => ends.abort();
  }, []);
  return (
    <div ref={around} class="moment">
      <button
        ref={button}
        type="button"
        class="quiet"
        aria-expanded={open.value}
        aria-controls={form}
        onClick={() => {
          open.value = !open.value;
        }}
      >
        As of {at ? day(at) : "now"}
      </button>
      {open.value && <Choice id={form} at={at} close={close} />}
    </div>
  );
}

function Choice({ id, at, close }: { id: string; at: string | undefined; close(): void }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const choose = (moment: string | null) => {
    close();
    go({ at: moment });
  };
  return (
    <form
      id={id}
      onSubmit={(event) => {
        event.preventDefault();
        const moment = inUtc(field.current?.value ?? "");
        if (moment) choose(moment);
      }}
    >
      <label>
        The graph as of this moment, in UTC
        <input
          ref={field}
          type="datetime-local"
          step={60}
          required
          max={fieldOf(new Date().toISOString())}
          defaultValue={at ? fieldOf(at) : ""}
        />
      </label>
      <p>Only documents that had been observed by then are read.</p>
      <span class="form-buttons">
        <button type="button" class="quiet" onClick={() => choose(null)}>
          Now
        </button>
        <button type="submit" class="chief">
          Show
        </button>
      </span>
    </form>
  );
}

/** The moment in a field without a time zone, which is taken as UTC; null if there is none. */
export function inUtc(field: string): string | null {
  const moment = new Date(`${field}Z`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString().replace(/\.\d+Z$/, "Z");
}

/** A moment as a field without a time zone takes it; "" if it cannot be read. */
export function fieldOf(moment: string): string {
  const time = new Date(moment);
  return Number.isNaN(time.getTime()) ? "" : time.toISOString().slice(0, 16);
}
