// The chosen row or card in a few words, with the way to its proof.

import choice from "documents/answer_choice.graphql";
import { useEffect, useRef } from "preact/hooks";
import { Trouble } from "../../components/trouble";
import { useEscape } from "../../components/use_escape";
import { ask } from "../../state/client";
import { fresh, link } from "../../state/location";
import { rest } from "../../state/rest";
import { useAnswer } from "../../state/use_answer";
import { bareName, kindOf, low } from "../../words";
import type { AnswerState } from "./answer_state";
import { isInverse } from "./question/questions";

/** Milliseconds of rest after which a choice is asked: arrow keys run over many. */
const REST = 120;

export function Chosen({ state }: { state: AnswerState }) {
  const id = state.chosen.value;
  state.list.turn.value;
  if (!id || id === state.asked.id) return null;
  return <Choice key={id} id={id} state={state} />;
}

function Choice({ id, state }: { id: string; state: AnswerState }) {
  const { asked, list } = state;
  const inverse = isInverse(asked);
  const place = list.place((row) => row.id === id);
  const row = place < 0 ? null : list.item(place);
  const target = row?.target ?? id;
  const onTheWay = inverse && kindOf(id) !== "identity";
  const found = useAnswer(onTheWay ? null : target, wait(state, target));
  const { answer, problem } = found.state.value;
  const access = answer?.graph?.access;
  const steps = access?.paths.nodes[0]?.steps;
  useEffect(() => {
    if (steps) state.picture.lead(steps);
  }, [steps]);
  useEffect(() => () => state.picture.lead([]), []);
  const panel = useRef<HTMLElement>(null);
  useEscape(panel, () => {
    state.chooseNode(null);
    document.querySelector<HTMLElement>(".list .rows")?.focus({ preventScroll: true });
  });
  const title = row?.title ?? state.picture.nameOf(id) ?? bareName(id);
  return (
    <aside ref={panel} class="chosen" aria-label="Chosen" aria-live="polite" tabIndex={-1}>
      <h3>{title}</h3>
      {problem && <Trouble problem={problem} again={found.again} />}
      {access && (
        <>
          <p class="facts">
            {access.roles.map(low).join(", ")} · {low(access.certainty)} · {low(access.state)}
            {access.stateReasons.length > 0 && `: ${access.stateReasons.map(low).join(", ")}`}
            {access.contested && " · contested"}
          </p>
          <p>{access.paths.nodes[0]?.sentence}</p>
        </>
      )}
      {onTheWay ? (
        <p>
          It is on the way. <a href={fresh({ who: id })}>Who reaches it?</a>
        </p>
      ) : (
        <p>
          <a href={link({ to: target })}>Proof: every path, and what would end it</a>
        </p>
      )}
    </aside>
  );
}

/** Asks for the best path of the access to, or from, what is chosen. */
function wait({ asked }: AnswerState, target: string) {
  const [principal, resource] = isInverse(asked) ? [target, asked.id] : [asked.id, target];
  return async (abort: AbortSignal) => {
    await rest(REST, abort);
    return ask(choice, { principal, resource, at: asked.at }, abort);
  };
}
