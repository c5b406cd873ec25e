// One item in a queue: whose access it is, to what, and what was decided.
import { low } from "../../../words";
import type { Failure } from "./deciding";
import type { Row } from "./rows";

interface Props {
  row: Row;
  /** The end that comes first: the queue is in its order. */
  first: "who" | "what";
  /** True if the row above has the same first end. */
  same: boolean;
  selected: boolean;
  pending: boolean;
  failure: Failure | undefined;
}

export function Line({ row, first, same, selected, pending, failure }: Props) {
  const what = row.kept ? `${row.what} · ${row.kept.what}` : row.what;
  const [main, sub] = first === "who" ? [row.who, what] : [what, row.who];
  return (
    <>
      <span class={selected ? "mark set" : "mark"} data-mark={row.number}>
        <span class="said">{selected ? "selected" : ""}</span>
      </span>
      <span class="ends">
        <b class={same ? "same" : undefined}>{main}</b>
        <span>{failure ? `Not taken: ${failure.message}` : sub}</span>
      </span>
      <span class="facts">
        <b>{row.roles.map(low).join(", ")}</b>
        <span>{factsOf(row)}</span>
      </span>
      <Said row={row} pending={pending} failed={failure !== undefined} />
    </>
  );
}

function factsOf({ certainty, state, contested }: Row): string {
  const facts = [low(certainty), state === "LATENT" ? "latent" : "", contested ? "contested" : ""];
  return facts.filter(Boolean).join(" · ");
}

function Said({ row, pending, failed }: { row: Row; pending: boolean; failed: boolean }) {
  if (pending) return <span class="verdict soft">saving …</span>;
  if (failed) return <span class="verdict failed">! not taken</span>;
  if (!row.decision) return <span class="verdict soft">open</span>;
  const { verdict, by } = row.decision;
  return (
    <span class={`verdict ${verdict.toLowerCase()}`} title={`${verdict} by ${by}`}>
      {GLYPHS[verdict]} {low(verdict)}
    </span>
  );
}

/** The signs of verdicts, so that they are not told by colour alone. */
export const GLYPHS: Readonly<Record<string, string>> = { KEEP: "✓", REVOKE: "✕", UNSURE: "?" };
