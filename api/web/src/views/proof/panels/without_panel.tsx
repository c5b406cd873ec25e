// The panel of an access while grants are imagined away: whether it still stands, and what else ends.
import { link } from "../../../state/location";
import type { Question } from "../../../state/question";
import { visible } from "../../../visible";
import { count, many } from "../../../words";
import { AskedWhatIf } from "../../what_if/asked";
import { NoAnswer } from "../../what_if/no_answer";
import { Counts, Outcomes } from "../../what_if/outcomes";
import { RemovedGrants } from "../../what_if/removed";
import type { WhatIf } from "../../what_if/rows";
import { Todo } from "../../what_if/todo";
import { Unsure } from "../../what_if/unsure";
import { type Verdict, verdictOf } from "../../what_if/verdict";
import type { Shown } from "./access_panel";

interface Props extends Shown {
  remove: readonly string[];
  asked: Question<WhatIf | null>;
}

/** Outcomes of each kind that are named beside the picture. */
const FEW = 5;
/** Paths that are told in words; the picture has all. */
const TOLD = 3;

export function WithoutPanel({ pair, access, who, what, remove, asked }: Props) {
  const { answer, problem } = asked.state.value;
  return (
    <>
      <p>
        <a class="button" href={link({ without: null })}>
          ← The access as it is
        </a>
      </p>
      <h2>What if {remove.length === 1 ? "this went" : `these ${count(remove.length)} went`}?</h2>
      <RemovedGrants remove={remove} removed={answer?.removed} />
      {problem && <NoAnswer problem={problem} again={asked.again} />}
      {!answer && !problem && <p aria-busy="true">Imagining it…</p>}
      {answer && (
        <>
          <Standing verdict={verdictOf(access, pair, answer)} who={who.label} what={what.label} />
          <section aria-label="What becomes of every access">
            <h3>What becomes of every access, this one included</h3>
            <Counts answer={answer} />
            <p>
              <a href={link({ view: "what-if" })}>All of them, on a page of their own</a>
            </p>
          </section>
          <Outcomes remove={remove} answer={answer} few={FEW} />
          <Todo removed={answer.removed} notes={answer.notes} />
          <Unsure answer={answer} />
        </>
      )}
      <AskedWhatIf remove={remove} />
    </>
  );
}

function Standing({ verdict, who, what }: { verdict: Verdict; who: string; what: string }) {
  const { fate, left } = verdict;
  return (
    <section class="verdict" role="status">
      {fate === "over" && (
        <p class="over">
          {who} no longer reaches {what}.
        </p>
      )}
      {fate === "unsure" && (
        <p class="stands">
          All paths that are shown end, but there are more: {who} may still reach {what}.
        </p>
      )}
      {fate === "stands" && (
        <p class="stands">
          {who} still reaches {what}
          {left.length
            ? `, by ${many(left.length, "other path", "other paths")}:`
            : ", by paths that are not shown here."}
        </p>
      )}
      {left.length > 0 && (
        <ul>
          {left.slice(0, TOLD).map((path) => (
            <li key={path.sentence}>{visible(path.sentence)}</li>
          ))}
          {left.length > TOLD && <li>… {count(left.length - TOLD)} more</li>}
        </ul>
      )}
    </section>
  );
}
