// The head of a campaign: its name, how far it is, who decides, and what else one can look at.
import type { Signal } from "@preact/signals";
import { link } from "../../../state/location";
import { day } from "../../../words";
import type { Desk } from "../queue/desk";
import { Bar } from "./bar";
import { Drift } from "./drift";
import { Finish } from "./finish";
import { Reviewer } from "./reviewer";

export type Part = "drift" | "finish" | null;

export function Head({ desk, part, help }: { desk: Desk; part: Signal<Part>; help(): void }) {
  const told = desk.told.value;
  if (!told) return null;
  const done = !told.progress.undecided && !told.signOff;
  return (
    <header class="campaign">
      <div class="title">
        <a href={link({ campaign: null, item: null, only: null, by: null })}>Campaigns</a>
        <h2>{told.name}</h2>
        <span class={told.overdue ? "tag late" : "tag"}>
          {told.signOff ? "signed off" : told.overdue ? "overdue" : "open"}
        </span>
        <p class="soft">
          opened {day(told.startedAt)} by {told.startedBy}
          {told.due && ` · due ${day(told.due)}`}
          {told.forgotten > 0 && ` · ${told.forgotten} went with persons who were forgotten`}
        </p>
      </div>
      <Bar progress={told.progress} />
      <div class="tools">
        <Reviewer desk={desk} />
        <Toggle part={part} name="drift">
          Compare with now
        </Toggle>
        <Toggle part={part} name="finish">
          {done ? "All is decided: sign off" : "Sign-off, report, to do"}
        </Toggle>
        <button type="button" class="quiet" onClick={help}>
          Keys <kbd>?</kbd>
        </button>
      </div>
      {part.value === "drift" && <Drift campaign={desk.campaign} />}
      {part.value === "finish" && <Finish desk={desk} />}
    </header>
  );
}

interface ToggleProps {
  part: Signal<Part>;
  name: Exclude<Part, null>;
  children: string;
}

function Toggle({ part, name, children }: ToggleProps) {
  return (
    <button
      type="button"
      class="quiet"
      aria-expanded={part.value === name}
      onClick={() => {
        part.value = part.value === name ? null : name;
      }}
    >
      {children}
    </button>
  );
}
