// The line above a queue: how many are shown, open and selected, and one decision for many.
import { many } from "../../../words";
import { Decide } from "./decide";
import type { Desk } from "./desk";

export function Selection({ desk }: { desk: Desk }) {
  const marks = desk.marks.value;
  const open = desk.open.value;
  const shown = desk.numbers.value.length;
  const total = desk.list.state.value.answer?.reviewCampaign?.items.totalCount ?? shown;
  return (
    <div class="selection">
      <p>
        {many(shown, "item", "items")}
        {total > shown && ` of ${total.toLocaleString("en")}: filter them to see the others`},{" "}
        {open.size.toLocaleString("en")} open
        {marks.size > 0 && `, ${marks.size.toLocaleString("en")} selected`}
      </p>
      {desk.mayDecide.value && open.size > 0 && marks.size !== open.size && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            desk.marks.value = new Set(open);
          }}
        >
          Select all open
        </button>
      )}
      {marks.size > 0 && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            desk.marks.value = new Set();
          }}
        >
          Clear
        </button>
      )}
      {marks.size > 0 && desk.mayDecide.value && <Decide desk={desk} many />}
    </div>
  );
}
