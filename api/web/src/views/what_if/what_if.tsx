// What would end, stay and change if some grants went: of every access, on a page of its own.
import "../proof/proof.css";
import "./what_if.css";
import { nameOf } from "../../components/shell/subject";
import { imagined } from "../../state/imagined";
import { fresh, link, location } from "../../state/location";
import { AskedWhatIf } from "./asked";
import { NoAnswer } from "./no_answer";
import { Counts, Outcomes } from "./outcomes";
import { useWhatIf } from "./question";
import { RemoveAnother, RemovedGrants } from "./removed";
import { Todo } from "./todo";
import { Unsure } from "./unsure";

/** Rows of each kind that are shown at first. */
const FEW = 20;

export function WhatIf() {
  const { at, who, to, without: away } = location.value;
  const remove = imagined(away);
  const asked = useWhatIf(remove, at);
  const { answer, problem, busy } = asked.state.value;
  if (!remove.length) return <Nothing />;
  return (
    <main class="what-if">
      <div class="side">
        {who && to && (
          <p>
            <a class="button" href={link({ view: null })}>
              ← In the picture of the access
            </a>
          </p>
        )}
        <h2>What if {remove.length === 1 ? "this grant" : "these grants"} went?</h2>
        <RemovedGrants remove={remove} removed={answer?.removed} />
        {answer && <Todo removed={answer.removed} notes={answer.notes} />}
      </div>
      <div class="outcomes" aria-busy={busy}>
        {problem && <NoAnswer problem={problem} again={asked.again} />}
        {!answer && !problem && <p>Imagining it…</p>}
        {answer && (
          <>
            <Counts answer={answer} />
            <p class="soft">
              Accesses of anybody. A business and the account that it keeps are two, and one row.
            </p>
            <Outcomes remove={remove} answer={answer} few={FEW} />
            <Unsure answer={answer} />
          </>
        )}
        <AskedWhatIf remove={remove} />
      </div>
    </main>
  );
}

function Nothing() {
  const { who, to } = location.value;
  return (
    <main class="calm">
      <h2>What if a grant went?</h2>
      <p>
        Name a grant by one of its records, such as <code>role 994207</code>. You see whose access
        would end, whose would stay, and what is to be done in the service. Nothing is changed.
      </p>
      <RemoveAnother />
      {who && !to && (
        <p>
          <a href={fresh({ who })}>What {nameOf(who)} can reach</a>: each access there can be cut.
        </p>
      )}
      <p>
        Or ask about a person above, open an access, and cut a step of it with the{" "}
        <span aria-hidden="true">✂</span> scissors.
      </p>
    </main>
  );
}
