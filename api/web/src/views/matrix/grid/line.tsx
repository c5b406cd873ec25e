// A row of the grid: a person, how many businesses the person reaches, and the role at each.
import { fresh } from "../../../state/location";
import { count } from "../../../words";
import type { Column, Row, Shape } from "../shape";
import type { Cell, Found } from "../table";
import { sentence, short } from "../words";
import { BEFORE } from "./grid";
import { walked } from "./heads";
import { measures } from "./measures";
import { Placed } from "./placed";
import type { Spot } from "./walk";

interface Props {
  shape: Shape;
  shown: readonly number[];
  active: Spot;
  row: Row;
  index: number;
}

export function Line({ shape, shown, active, row, index }: Props) {
  const { row: height, column: width, head, sum, heads, totals } = measures.value;
  const { person, number, atLeast } = row;
  const at = index + BEFORE;
  return (
    <Placed
      class="line"
      role="row"
      aria-rowindex={at + 1}
      box={{ top: heads + totals + index * height, height }}
    >
      <Placed class="name" role="rowheader" aria-colindex={1} box={{ width: head }}>
        <a
          href={fresh({ who: person.id })}
          title={`${person.label}, ${person.id}`}
          {...walked(active, at, 0)}
        >
          {person.label}
        </a>
      </Placed>
      <Placed
        class="name sum"
        role="gridcell"
        aria-colindex={2}
        aria-label={`${person.label} reaches ${count(number)}${atLeast ? " or more" : ""} of these`}
        box={{ width: sum, left: head }}
        {...walked(active, at, 1)}
      >
        {count(number)}
        {atLeast && "+"}
      </Placed>
      {shown.map((each) => {
        const column = shape.columns[each];
        return (
          column && (
            <Placed
              key={column.place.id}
              class="cell"
              role="gridcell"
              aria-colindex={each + BEFORE + 1}
              box={{ left: head + sum + each * width, width }}
            >
              <Inside
                row={row}
                column={column}
                cell={shape.at(row, column)}
                walk={walked(active, at, each + BEFORE)}
              />
            </Placed>
          )
        );
      })}
    </Placed>
  );
}

interface InsideProps {
  row: Row;
  column: Column;
  cell: Found;
  walk: ReturnType<typeof walked>;
}

/** What stands in a cell: the link to the proof, or that there is none. */
function Inside({ row: { person }, column: { place }, cell, walk }: InsideProps) {
  const said = sentence(person.label, place.label, cell);
  if (!cell)
    return (
      <span class="none" role="img" aria-label={said} {...walk}>
        {short(cell)}
      </span>
    );
  return (
    <a class={looks(cell)} href={fresh({ who: person.id, to: place.id })} title={said} {...walk}>
      <span aria-hidden="true">{short(cell)}</span>
      <span class="said">{said}</span>
    </a>
  );
}

/** How a cell looks: hatched if inferred, dashed if latent. */
export const looks = ({ certainty, state, contested }: Cell): string =>
  [
    "access",
    certainty === "STATED" ? "" : "inferred",
    state === "ACTIVE" ? "" : "latent",
    contested ? "contested" : "",
  ]
    .filter(Boolean)
    .join(" ");
