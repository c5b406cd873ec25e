// An answer: left the list of what an identity reaches, or of who reaches a business; right its picture.
import { type ReadonlySignal, untracked, useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { AskedAs } from "../../components/asked_as";
import { Trouble } from "../../components/trouble";
import { go, location } from "../../state/location";
import type { Problem } from "../../state/problem";
import { question } from "../../state/question";
import { kindOf } from "../../words";
import "./answer.css";
import { type AnswerState, forget, stateOf } from "./answer_state";
import { Chosen } from "./chosen";
import { Group } from "./group";
import { Chips } from "./list/chips";
import { Heading } from "./list/heading";
import { AnswerList } from "./list/list";
import { AnswerPicture } from "./picture/picture";
import { type Asked, askedOf, keyOf } from "./question/asked";
import { commandOf, pythonOf } from "./question/commands";
import { documentOf, variablesOf } from "./question/questions";

export function Answer() {
  const asked = askedOf(location.value);
  if (kindOf(asked.id) === "group") return <Group id={asked.id} at={asked.at} />;
  return <Found />;
}

function Found() {
  // A text, so that a place that asks the same begins nothing anew.
  const wanted = useComputed(() => keyOf(askedOf(location.value)));
  const found = useMemo(() => following(wanted), []);
  useEffect(() => found.end, [found]);
  const { answer, problem, busy } = found.state.value;
  const asked = askedOf(location.value);
  if (answer) return <Shown state={answer} {...{ busy, problem }} again={found.again} />;
  if (problem) return <Absent asked={asked} problem={problem} again={found.again} />;
  return (
    <main class="answer" aria-busy="true">
      <section class="list" aria-label="Answer">
        <header>
          <h2>…</h2>
        </header>
      </section>
    </main>
  );
}

/** Follows what is wanted. Until the answer under another filter has come, the one before stays. */
function following(wanted: ReadonlySignal<string>) {
  let before = "";
  return question(() => {
    const key = wanted.value;
    const asked = untracked(() => askedOf(location.value));
    if (!asked.id) return null;
    const ask = () =>
      untracked(() => {
        if (key === before) forget(asked);
        before = key;
        return stateOf(asked).first;
      });
    return { key: JSON.stringify([asked.id, asked.at]), ask };
  });
}

interface ShownProps {
  state: AnswerState;
  busy: boolean;
  /** The problem of what was asked since. */
  problem: Problem | null;
  again(): void;
}

/** What takes the focus stays the same from answer to answer: its chips, its order, its tools. */
function Shown({ state, busy, again, ...since }: ShownProps) {
  const { asked } = state;
  const problem = since.problem ?? state.list.problem.value ?? state.problem.value;
  return (
    <main class="answer" aria-busy={busy}>
      <section class="list" aria-label="Answer">
        <header>
          <Heading state={state} />
          <Chips state={state} />
        </header>
        {problem && <Trouble problem={problem} again={again} />}
        {state.list.gone.value && <Gone again={again} />}
        <AnswerList state={state} open={(target) => go({ to: target })} />
        <Chosen key={`chosen ${state.number}`} state={state} />
      </section>
      <AnswerPicture key={state.number} state={state} />
      <AskedAs
        document={documentOf(asked)}
        variables={variablesOf(asked)}
        command={commandOf(asked)}
        python={pythonOf(asked)}
      />
    </main>
  );
}

/** The list has moved on to a version that another page cannot be joined to. */
function Gone({ again }: { again(): void }) {
  return (
    <div class="trouble" role="alert">
      <p>The server no longer has the version that this list began with.</p>
      <button type="button" onClick={again}>
        Begin anew
      </button>
    </div>
  );
}

interface AbsentProps {
  asked: Asked;
  problem: Problem;
  again(): void;
}

function Absent({ asked, problem, again }: AbsentProps) {
  if (problem.code !== "NOT_FOUND" && problem.code !== "BAD_ID")
    return (
      <main class="answer absent">
        <Trouble problem={problem} again={again} />
      </main>
    );
  return (
    <main class="answer absent">
      <h2>Nothing is known of {asked.id}</h2>
      <p>
        {asked.at
          ? "No document of that moment names it. It may be known at another one."
          : "No document that was read names it."}{" "}
        What you may see can also be limited to some businesses. Type a part of an email, a name or
        an id above.
      </p>
    </main>
  );
}
