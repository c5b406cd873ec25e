// The list of an answer: its order, its rows, its file and its coverage.
import { CoverageLine } from "../../../components/coverage";
import { Rows } from "../../../components/rows";
import { go, link } from "../../../state/location";
import { low } from "../../../words";
import type { AnswerState } from "../answer_state";
import { CLEARED, filtering, PARTS, SORTS, wordsOf } from "../question/asked";
import { isInverse } from "../question/questions";
import { type Row, stateWords } from "../question/row";
import { Download } from "./download";

/** The height of a row: two lines. */
const HEIGHT = 48;

interface Props {
  state: AnswerState;
  open(target: string): void;
}

export function AnswerList({ state, open }: Props) {
  const { asked, list } = state;
  const head = state.head.value;
  list.turn.value; // rows are drawn again as they come
  if (!head) return <div class="rows" aria-hidden="true" />;
  const chosen = state.chosen.value;
  return (
    <>
      <div class="sorting">
        <label>
          Sort{" "}
          <select
            value={asked.sort}
            onChange={({ currentTarget: { value } }) =>
              go({ sort: value === "BEST" ? null : value })
            }
          >
            {SORTS.map(([order, words]) => (
              <option key={order} value={order} selected={order === asked.sort}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <Download key={state.number} state={state} />
      </div>
      {head.total === 0 ? (
        <Nothing state={state} />
      ) : (
        <Rows
          key={state.number}
          label={isInverse(asked) ? "People who reach it" : "Places reached"}
          count={head.total}
          item={(index) => list.item(index)}
          row={(row) => <Line row={row} />}
          height={HEIGHT}
          chosen={state.awaited.value ?? (chosen ? list.place(({ id }) => id === chosen) : -1)}
          choose={(index) => state.choose(index)}
          open={(index) => {
            const row = list.item(index);
            if (!row) return;
            state.choose(index);
            open(row.target);
          }}
          seen={(first, last) => list.see(first, last)}
          top={state.top}
          scroll={(top) => {
            state.top = top;
          }}
        />
      )}
      <CoverageLine coverage={head.coverage} truncated={head.truncated} />
    </>
  );
}

function Line({ row }: { row: Row }) {
  return (
    <>
      <span class="what">
        <b>{row.title}</b>
        <b class={row.certainty.toLowerCase()}>{row.roles.map(low).join(", ")}</b>
      </span>
      <span class="how">
        <span>{row.sub}</span>
        <span>{stateWords(row)}</span>
      </span>
    </>
  );
}

/** The place of the rows where there are none: why, and what to do. */
function Nothing({ state }: { state: AnswerState }) {
  const { asked } = state;
  const filters = filtering(asked);
  if (!filters.length)
    return (
      <p class="nothing">
        {isInverse(asked)
          ? "Nobody is known to reach it."
          : "It is not known to reach any business or account."}
      </p>
    );
  return (
    <div class="nothing">
      <p>No row has {PARTS.flatMap((part) => said(part, wordsOf(asked, part))).join(" and ")}.</p>
      <ul>
        {filters.map((part) => (
          <li key={part}>
            <a href={link({ [part]: null })}>Without {said(part, wordsOf(asked, part))}</a>
          </li>
        ))}
        {filters.length > 1 && (
          <li>
            <a href={link(CLEARED)}>Clear the filter</a>
          </li>
        )}
      </ul>
    </div>
  );
}

const said = (part: string, words: readonly string[]): string[] =>
  words.length === 0
    ? []
    : [part === "contested" ? `contested: ${words[0]}` : words.map(low).join(" or ")];
