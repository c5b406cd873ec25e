// The picture of an answer, with what it leaves to the list.
import { PicturePane } from "../../../components/picture_pane";
import { Trouble } from "../../../components/trouble";
import type { Handlers } from "../../../picture/scene";
import { count, kindOf, nativeId } from "../../../words";
import type { AnswerState } from "../answer_state";
import { isInverse } from "../question/questions";
import { MOST } from "./tree";

export function AnswerPicture({ state }: { state: AnswerState }) {
  const { picture } = state;
  const pick: Handlers["pick"] = (picked) => {
    if (!picked) state.chooseNode(null);
    else if ("line" in picked) pickLine(state, picked.line.from, picked.line.to);
    else if (picked.spot.kind !== "more") state.chooseNode(picked.spot.id);
  };
  const scene = picture.scene.value;
  // What is folded cannot be marked until the path to it is drawn.
  const chosen = state.chosen.value;
  const picked = scene?.spots.some(({ id }) => id === chosen) ? (chosen ?? undefined) : undefined;
  return (
    <div class="shown">
      {picture.problem.value && (
        <Trouble problem={picture.problem.value} again={() => picture.begin()} />
      )}
      <PicturePane
        scene={scene}
        anchor={picture.anchor}
        file={`inroads-${kindOf(state.asked.id)}-${fileSafe(nativeId(state.asked.id))}`}
        empty="Nothing to draw: the list is empty."
        picked={picked}
        pick={pick}
        unfold={(spot, all) => picture.unfold(spot, all)}
      />
      <p class="drawn" role="status">
        {words(state)}
      </p>
    </div>
  );
}

const fileSafe = (text: string): string => text.replaceAll(/[^\w-]+/g, "_").slice(0, 60);

/** A line is picked for what stands at its far end. */
function pickLine(state: AnswerState, from: string, to: string): void {
  const far = isInverse(state.asked) ? from : to;
  state.chooseNode(far.startsWith("more:") ? null : far);
}

function words(state: AnswerState): string {
  const head = state.head.value;
  const found = state.picture.planted.value;
  if (state.picture.busy.value) return "Loading…";
  if (!head || !found) return "";
  const cards = [...state.picture.cards.value].filter((id) =>
    isInverse(state.asked) ? kindOf(id) === "identity" : true,
  ).length;
  if (state.picture.full.value)
    return `${count(MOST)} cards are drawn, and no more: the list has all ${count(head.total)}.`;
  if (cards >= head.total) return "";
  return `${count(cards)} of ${count(head.total)} drawn; the rest is folded, and in the list.`;
}
