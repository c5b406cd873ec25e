// An answer: left the list of what an identity reaches, or of who reaches a business; right its picture.
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { AskedAs } from "../../components/asked_as";
import { Trouble } from "../../components/trouble";
import { go, location } from "../../state/location";
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
  return <Found asked={asked} />;
}

function Found({ asked }: { asked: Asked }) {
  const turn = useSignal(0);
  const state = useMemo(() => stateOf(asked), [keyOf(asked), turn.value]);
  const again = () => {
    forget(asked);
    turn.value++;
  };
  return <Shown key={`${state.number}`} state={state} again={again} />;
}

function Shown({ state, again }: { state: AnswerState; again(): void }) {
  const { asked } = state;
  const problem = useComputed(
    () => state.list.problem.value ?? state.problem.value ?? state.picture.problem.value,
  ).value;
  const name = state.head.value?.node.label;
  useEffect(() => {
    const before = document.title;
    if (name) document.title = `${name} – Inroads`;
    return () => {
      document.title = before;
    };
  }, [name]);

  if (problem && !state.head.value) return <Absent asked={asked} state={state} again={again} />;
  const openRow = (target: string) => go({ to: target });
  return (
    <main class="answer" aria-busy={state.head.value === null}>
      <section class="list" aria-label="Answer">
        <header>
          <Heading state={state} />
          <Chips state={state} />
        </header>
        {problem && <Trouble problem={problem} again={again} />}
        {state.list.gone.value && <Gone again={again} />}
        <AnswerList state={state} open={openRow} />
        <Chosen state={state} />
      </section>
      <AnswerPicture state={state} />
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

function Absent({ asked, state, again }: { asked: Asked; state: AnswerState; again(): void }) {
  const problem = state.list.problem.value ?? state.problem.value ?? state.picture.problem.value;
  if (!problem) return null;
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
